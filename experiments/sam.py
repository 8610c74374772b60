"""SAM: an LSTM-based saliency attentive model (Cornia et al., 2018).

    make experiment NAME=sam/table2 DATA_DIR=DATA        DATA holds salicon2015, mit1003,
                                                         cat2000
    make experiment NAME=sam/table2/dcn_convlstm DATASET=salicon2015 DATA_DIR=DATA
    make experiment NAME=sam/table4/vgg ARGS=--quick     minutes, on drawn scenes

Tables II (ablation), III (learned priors against ML-Net's), IV (steps of the
ConvLSTM), V to VII (state of the art on SALICON, MIT300 and CAT2000) and Figures 5
and 6 (losses; bars without printed numbers). Table I compares properties in
words and has no experiment.

SALICON is the release of 2015, of which the published figures are (an NSS of about 3.2; on the
release of 2017, `DATASET=salicon`, it is about 2.0 for the same networks).
Models are trained on SALICON and, for MIT1003 and CAT2000, fine-tuned on these. The
entries of Table IV share one training and use the output of different time steps. The
training on SALICON has 1,000 steps of 10 images an epoch and stops early after three
epochs without a lower loss, after 20 epochs at most: hours on a GPU, weeks on a few cores.
The ground truth of the papers' test images is not public, so Tables V to VII are evaluated
on the validation images of the last training dataset.
"""

from experiments.entries import Column, Entry, Table, figures
from experiments.released import released_tables

METRICS = ("CC", "sAUC", "AUC-Judd", "NSS")
COLUMNS = {
    "salicon2015": Column(("salicon2015",), "salicon2015"),
    "mit1003": Column(("salicon2015", "mit1003"), "mit1003", protocol="sam"),
    "cat2000": Column(("salicon2015", "cat2000"), "cat2000", protocol="sam"),
}
SALICON = {"salicon2015": COLUMNS["salicon2015"]}
NETWORKS = {"vgg": ("SAM-VGG", "sam_vgg"), "resnet": ("SAM-ResNet", "sam_resnet")}
HIDDEN = (
    "Published on the test images, whose truth is not public; obtained on the validation images."
)
# The complete model, which most tables contain.
WHOLE = "sam/table2/dcn_convlstm_priors"


def entries(table, rows, published=None, networks=NETWORKS, **fields):
    """Return an entry for each row and each backbone.

    Args:
        table: name.
        rows: {row: (title, fields of the entry)}; the row "" is the complete model.
        published: of `figures`.
        networks: {backbone: (title, model)}.
        **fields: fields of all entries.
    """
    made = []
    for row, (title, own) in rows.items():
        for network, (network_title, model) in networks.items():
            name = "/".join(filter(None, (row, network)))
            made.append(
                Entry(
                    name=f"{table}/{name}",
                    title=f"{network_title}, {title}" if title else network_title,
                    model=model,
                    protocol="sam",
                    published=(published or {}).get(name, {}),
                    **{
                        key: value.format(network=network) if key == "trains_with" else value
                        for key, value in {**fields, **own}.items()
                    },
                )
            )
    return tuple(made)


TABLE2 = Table(
    "sam/table2",
    "Table II, ablation on validation images",
    COLUMNS,
    METRICS,
    entries(
        "sam/table2",
        {
            "plain_cnn": (
                "plain CNN",
                {"model_options": {"dilated": False, "convlstm": False, "priors": None}},
            ),
            "dcn": ("dilated network", {"model_options": {"convlstm": False, "priors": None}}),
            "dcn_convlstm": (
                "dilated network + attentive ConvLSTM",
                {"model_options": {"priors": None}},
            ),
            "dcn_priors": (
                "dilated network + learned priors",
                {"model_options": {"convlstm": False}},
            ),
            "dcn_convlstm_priors": (
                "dilated network + attentive ConvLSTM + learned priors",
                {},
            ),
        },
        figures(
            """
plain_cnn/vgg              0.743 0.765 0.870 2.333  0.638 0.625 0.889 2.147  0.751 0.546 0.862 1.886
dcn/vgg                    0.801 0.786 0.876 3.122  0.718 0.596 0.906 2.704  0.791 0.548 0.870 2.067
dcn_convlstm/vgg           0.809 0.784 0.878 3.142  0.749 0.601 0.908 2.812  0.851 0.537 0.874 2.253
dcn_priors/vgg             0.824 0.782 0.882 3.209  0.750 0.621 0.908 2.805  0.877 0.532 0.876 2.328
dcn_convlstm_priors/vgg    0.830 0.782 0.883 3.219  0.757 0.613 0.910 2.852  0.879 0.530 0.877 2.347
plain_cnn/resnet           0.771 0.762 0.876 2.404  0.667 0.631 0.895 2.255  0.819 0.538 0.870 2.052
dcn/resnet                 0.823 0.774 0.879 3.187  0.748 0.609 0.902 2.845  0.881 0.527 0.877 2.368
dcn_convlstm/resnet        0.841 0.786 0.885 3.256  0.756 0.613 0.912 2.860  0.882 0.528 0.878 2.367
dcn_priors/resnet          0.840 0.784 0.885 3.235  0.746 0.613 0.908 2.816  0.885 0.528 0.878 2.377
dcn_convlstm_priors/resnet 0.844 0.787 0.886 3.260  0.768 0.617 0.913 2.893  0.888 0.534 0.879 2.375
""",
            COLUMNS,
            METRICS,
        ),
    ),
)

TABLE3 = Table(
    "sam/table3",
    "Table III, learned priors against the prior of ML-Net",
    COLUMNS,
    METRICS,
    entries(
        "sam/table3",
        {
            "mlnet_prior": ("prior of ML-Net", {"model_options": {"priors": "mlnet"}}),
            "learned_priors": ("learned priors", {"trains_with": f"{WHOLE}/{{network}}"}),
        },
        figures(
            """
mlnet_prior/vgg        0.811 0.783 0.878 3.150   0.738 0.610 0.908 2.754   0.845 0.539 0.874 2.233
learned_priors/vgg     0.830 0.782 0.883 3.219   0.757 0.613 0.910 2.852   0.879 0.530 0.877 2.347
mlnet_prior/resnet     0.840 0.785 0.884 3.249   0.766 0.609 0.912 2.899   0.886 0.528 0.878 2.386
learned_priors/resnet  0.844 0.787 0.886 3.260   0.768 0.617 0.913 2.893   0.888 0.534 0.879 2.375
""",
            COLUMNS,
            METRICS,
        ),
    ),
)

TABLE4_FIGURES = figures(
    """
vgg/1     0.821 0.777 0.884 3.168
vgg/2     0.827 0.777 0.883 3.224
vgg/3     0.828 0.781 0.883 3.226
vgg/4     0.830 0.782 0.883 3.219
resnet/1  0.785 0.737 0.879 3.050
resnet/2  0.829 0.764 0.886 3.214
resnet/3  0.842 0.779 0.886 3.256
resnet/4  0.844 0.787 0.886 3.260
""",
    SALICON,
    METRICS,
)
TABLE4 = Table(
    "sam/table4",
    "Table IV, the ConvLSTM's output after each step feeds the rest",
    SALICON,
    METRICS,
    tuple(
        Entry(
            name=f"sam/table4/{network}/{step}",
            title=f"{title}, T = {step}",
            model=model,
            model_options={"timesteps": step} if step < 4 else {},
            protocol="sam",
            published=TABLE4_FIGURES[f"{network}/{step}"],
            trains_with=f"{WHOLE}/{network}",
        )
        for network, (title, model) in NETWORKS.items()
        for step in (1, 2, 3, 4)
    ),
    notes=("All steps read one training with four steps (Table II, last row).",),
)


def state_of_the_art(number, title, column, test, metrics, block, convention="mit", notes=()):
    """Return a table of the complete model and other models.

    Args:
        number: of the table.
        title: of the table.
        column: dataset of the published figures.
        test: `Column` of the obtained figures, whose ground truth is public.
        metrics: names.
        block: for `figures`; the first two rows are the models of the zoo.
        convention: of the metrics.
        notes: of the table.
    """
    rows = figures(block, (column,), metrics)
    return Table(
        f"sam/table{number}",
        title,
        {column: test},
        metrics,
        entries(
            f"sam/table{number}",
            {"": ("", {"trains_with": f"{WHOLE}/{{network}}"})},
            {network: rows.pop(network) for network in NETWORKS},
        ),
        convention=convention,
        others=rows,
        notes=notes,
    )


TABLE5 = state_of_the_art(
    5,
    "Table V, state of the art on SALICON's test images",
    "salicon2015",
    Column(("salicon2015",), "salicon2015", note=HIDDEN),
    # The challenge's server measured these; its AUC is not that of Judd.
    ("CC", "sAUC", "AUC", "NSS"),
    """
resnet      0.842 0.779 0.883 3.204
vgg         0.825 0.774 0.881 3.143
DSCLRCN     0.831 0.776 0.884 3.157
ML-Net      0.743 0.768 0.866 2.789
MixNet      0.730 0.771 0.861 2.767
SU          0.780 0.760 0.880 2.610
SalGAN      0.781 0.772 0.781 2.459
SalNet      0.622 0.724 0.858 1.859
DeepGazeII  0.509 0.761 0.885 1.336
""",
    convention="salicon",
    notes=("The AUC of SalGAN is printed as 0.781, the same as its CC.",),
)

BENCHMARK_METRICS = ("SIM", "CC", "sAUC", "AUC-Judd", "NSS", "EMD")
TABLE6 = state_of_the_art(
    6,
    "Table VI, state of the art on MIT300",
    "mit300",
    Column(
        ("salicon2015", "mit1003"),
        "mit1003",
        protocol="sam",
        note="Published on MIT300, whose truth is not public; obtained on the validation "
        "images of MIT1003.",
    ),
    BENCHMARK_METRICS,
    """
resnet      0.68 0.78 0.70 0.87 2.34 2.15
vgg         0.67 0.77 0.71 0.87 2.30 2.14
DSCLRCN     0.68 0.80 0.72 0.87 2.35 2.17
DeepFix     0.67 0.78 0.71 0.87 2.26 2.04
SALICON     0.60 0.74 0.74 0.87 2.12 2.62
PDP         0.60 0.70 0.73 0.85 2.05 2.58
ML-Net      0.59 0.67 0.70 0.85 2.05 2.63
SalGAN      0.63 0.73 0.72 0.86 2.04 2.29
iSEEL       0.57 0.65 0.68 0.84 1.78 2.72
SalNet      0.52 0.58 0.69 0.83 1.51 3.31
BMS         0.51 0.55 0.65 0.83 1.41 3.35
Mr-CNN      0.48 0.48 0.69 0.79 1.37 3.71
DeepGazeII  0.46 0.52 0.72 0.88 1.29 3.98
GBVS        0.48 0.48 0.63 0.81 1.24 3.51
eDN         0.41 0.45 0.62 0.82 1.14 4.56
""",
)

TABLE7 = state_of_the_art(
    7,
    "Table VII, state of the art on CAT2000's test images",
    "cat2000",
    Column(("salicon2015", "cat2000"), "cat2000", protocol="sam", note=HIDDEN),
    BENCHMARK_METRICS,
    """
resnet  0.77 0.89 0.58 0.88 2.38 1.04
vgg     0.76 0.89 0.58 0.88 2.38 1.07
DeepFix 0.74 0.87 0.58 0.87 2.28 1.15
MixNet  0.66 0.76 0.58 0.86 1.92 1.63
iSEEL   0.62 0.66 0.59 0.84 1.67 1.78
BMS     0.61 0.67 0.59 0.85 1.67 1.95
eDN     0.52 0.54 0.55 0.85 1.30 2.64
GBVS    0.51 0.50 0.58 0.80 1.23 2.99
""",
)

NO_NUMBERS = "The paper shows bars without printed numbers."
OURS = ("the weighted sum", {"trains_with": f"{WHOLE}/{{network}}"})
FIGURE5 = Table(
    "sam/figure5",
    "Figure 5, the loss against each of its terms",
    COLUMNS,
    METRICS,
    entries(
        "sam/figure5",
        {
            "kld": ("KL divergence alone", {"recipe": {"loss": "kld"}}),
            "cc": ("CC alone", {"recipe": {"loss": "cc"}}),
            "nss": ("NSS alone", {"recipe": {"loss": "nss"}}),
            "weighted_sum": OURS,
        },
    ),
    notes=(NO_NUMBERS,),
)
FIGURE6 = Table(
    "sam/figure6",
    "Figure 6, the loss against traditional ones",
    SALICON,
    METRICS,
    entries(
        "sam/figure6",
        {
            "euclidean": ("Euclidean distance", {"recipe": {"loss": "euclidean"}}),
            "chi_squared": ("chi-squared divergence", {"recipe": {"loss": "chi_squared"}}),
            "cosine": ("cosine distance", {"recipe": {"loss": "cosine"}}),
            "total_variation": ("total variation", {"recipe": {"loss": "total_variation"}}),
            "weighted_sum": OURS,
        },
    ),
    notes=(NO_NUMBERS,),
)

TABLES = (TABLE2, TABLE3, TABLE4, TABLE5, TABLE6, TABLE7, FIGURE5, FIGURE6, *released_tables("sam"))
