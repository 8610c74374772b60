"""What a recipe may say, and what is refused before any data are read."""

import pytest

from salzoo.models import list_models, model_record
from salzoo.training.compiling import check_recipe
from salzoo.utils.errors import InputError


@pytest.mark.parametrize("name", list_models())
def test_every_recipe_and_named_schedule_can_train(name):
    record = model_record(name)
    for dataset in (None, *record.recipes):
        check_recipe(name, record.recipe_for(dataset))
    for schedule in record.schedules:
        check_recipe(name, record.recipe.override(schedule=schedule))


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("msinet", {"loss": "klt"}, "`loss` 'klt'; did you mean 'kld'"),
        (
            "msinet",
            {"loss": "salient_object"},
            "msinet predicts fixations; choose from kld, mean",
        ),
        ("asnet", {"loss": "nss"}, "fixations . objects; choose from salient_object"),
        ("sam_vgg", {"loss_options": {"kdl": 1}}, "`loss_options` kdl: weighted_sum has cc, kld"),
        ("sam_vgg", {"loss_options": {"kld": "much"}}, "`loss_options` kld=much: give a number"),
        ("sam_vgg", {"loss_options": {"kld": float("nan")}}, "`loss_options` kld=nan"),
        ("sam_vgg", {"loss_options": {"reduction": "none"}}, "`loss_options` reduction"),
        ("msinet", {"optimizer": "addam"}, "`optimizer` 'addam'; did you mean 'adam'"),
        ("sam_vgg", {"optimizer_options": {"rho": "x"}}, "rmsprop cannot take a step .* rho=x"),
        ("deep_convnet", {"optimizer_options": {"clipnorm": "x"}}, "options clipnorm=x"),
        ("deep_convnet", {"optimizer_options": {"speed": 1}}, "options speed=1 .*speed"),
        ("shallow_convnet", {"optimizer_options": {"momentum_steps": 0}}, "momentum_steps=0"),
        ("deep_convnet", {"schedule": "prnted"}, "^`schedule` prnted: give 'printed', 'constant'"),
        ("sam_vgg", {"schedule": "printed"}, "^`schedule` printed: give 'constant'"),
    ],
)
def test_what_cannot_train_is_refused(name, fields, message):
    with pytest.raises(InputError, match=message):
        check_recipe(name, model_record(name).recipe.override(**fields))
