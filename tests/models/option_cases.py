"""Cases of the options of all models."""

# {model: [(options, number of parameters that they add)]}; every option is in one case at least.
OPTIONS = {
    "asnet": [
        ({"fixation": False}, -6_913),
        ({"convlstm": False}, -1_299_840),
        ({"output_level": 3}, -607_490),
        ({"fixation_size": 28}, 297_537),
        ({"variant": "release"}, 35_516_167 - 16_301_510),
    ],
    "deep_convnet": [({"weight_decay": 0.0}, 0), ({"zero_level": 127}, 0)],
    "msinet": [
        ({"aspp": False}, 30_177_089 - 24_934_209),
        ({"multi_level": False}, 19_232_577 - 24_934_209),
    ],
    "msinet_lite": [
        ({"encoder": "mobilenet_v2"}, 2_996_297 - 3_495_129),
        ({"priors": 0}, -(32 + 8 * 9 + 8 * 64)),
        ({"dropout": 0.0}, 0),
        ({"centre_bias": 0.0}, 0),
    ],
    "sam_resnet": [
        ({"timesteps": 1}, 0),
        ({"attention": False}, -4_724_224),
        ({"convlstm": False}, -23_602_688),
        ({"priors": "mlnet"}, 12 - 13_517_952),
        ({"priors": None}, -13_517_952),
        ({"dilated": False, "convlstm": False, "priors": None}, 23_589_761 - 70_146_561),
    ],
    "sam_vgg": [
        ({"timesteps": 1}, 0),
        ({"attention": False}, -4_724_224),
        ({"convlstm": False}, -23_602_688),
        ({"priors": "mlnet"}, 12 - 13_517_952),
        ({"priors": None}, -13_517_952),
        ({"dilated": False, "convlstm": False, "priors": None}, 14_715_201 - 51_835_841),
    ],
    "shallow_convnet": [
        ({"conv3_filters": 64}, 34_864_384 - 64_392_512),
        ({"dropout": 0.5}, 0),
        ({"weight_decay": 0.0}, 0),
        ({"output": "sigmoid"}, 0),
    ],
}
