"""The shallow and the deep ConvNet (Pan et al., 2016).

    make experiment NAME=pan/table5 DATA_DIR=DATA      DATA holds salicon2015, isun
    make experiment NAME=pan/table5/deep DATASET=salicon2015 DATA_DIR=DATA
    make experiment NAME=pan/table1
    make experiment NAME=pan/table3 ARGS=--quick

Tables 1 (memory), 3 and 4 (the LSUN challenge on iSUN and SALICON), 5 (both networks),
6 (MIT300) and the variants of section 3, which has no printed figures. Table 2 lists
datasets. SALICON is the release of 2015, which all published figures are of.

Where the authors trained on training and validation images (Tables 3 and 4), the training
here leaves the validation images out, because these are measured on.

The deep network has two entries: one with the printed schedule, which halves the learning
rate every 100 steps, so that it is nearly 0 after about 1,000 of 24,000 steps, and one
with the schedule of the recipe, which halves it every 2,400 steps. The authors' trainings
took 6 to 7 hours (shallow, 1,000 epochs, GTX 980) and 15 hours (deep, GTX Titan).
"""

from dataclasses import replace

from experiments.entries import Column, Cost, Entry, Table, figures
from experiments.released import released_tables

METRICS = ("SIM", "CC", "sAUC", "AUC-Borji", "AUC-Judd")
HIDDEN = (
    "Published on the test images, whose truth is not public; obtained on the validation images."
)
PRINTED = {"schedule": "printed"}

NETWORK = {"network": Column()}
TABLE1_METRICS = (
    "data (MiB)",
    "parameters (MiB)",
    "total, training (MiB)",
    "total, test (MiB)",
)
TABLE1_FIGURES = figures(
    """
shallow  2.29   244.64 249.22 246.93
deep     123.65 98.44  345.74 222.09
""",
    NETWORK,
    TABLE1_METRICS,
)
TABLE1 = Table(
    "pan/table1",
    "Table 1, memory of one image",
    NETWORK,
    TABLE1_METRICS,
    (
        Cost(
            "pan/table1/shallow",
            "Shallow ConvNet",
            "shallow_convnet",
            (96, 96),
            published=TABLE1_FIGURES["shallow"],
        ),
        Cost(
            "pan/table1/deep",
            "Deep ConvNet",
            "deep_convnet",
            (240, 320),
            published=TABLE1_FIGURES["deep"],
        ),
    ),
    notes=(
        "The shallow net's 64,392,512 parameters are 245.64 MiB (244.64 must be a slip), and its "
        "layers as the text describes them put out 2.27 MiB.",
    ),
)


def challenge(number, title, dataset, entry, block, notes=()):
    """Return a table of the LSUN challenge: the shallow network and other models."""
    rows = figures(block, (dataset,), METRICS)
    entry = replace(entry, published=rows.pop("Shallow Convnet"))
    column = Column((dataset,), dataset, "val", "official", HIDDEN)
    name = f"pan/table{number}"
    return Table(name, title, {dataset: column}, METRICS, (entry,), others=rows, notes=notes)


TABLE3 = challenge(
    3,
    "Table 3, LSUN challenge 2015 on iSUN's test images",
    "isun",
    Entry(
        "pan/table3/shallow",
        "Shallow ConvNet (iSUN)",
        "shallow_convnet",
        model_options={"conv3_filters": 64},
        protocol="pan",
    ),
    """
Shallow Convnet         0.6833 0.8230 0.6650 0.8463 0.8693
Xidian                  0.5713 0.6167 0.6484 0.7949 0.8207
WHU IIP                 0.5593 0.6263 0.6307 0.7960 0.8197
LCYLab                  0.5474 0.5699 0.6259 0.7921 0.8133
Rare 2012 Improved      0.5199 0.5199 0.6283 0.7582 0.7846
Baseline: BMS           0.5026 0.3465 0.5885 0.6560 0.6914
Baseline: GBVS          0.4798 0.5087 0.6208 0.7913 0.8115
Baseline: Itti          0.4251 0.3728 0.6024 0.7262 0.7489
""",
    notes=("The authors trained on iSUN's training and validation images.",),
)
TABLE4 = challenge(
    4,
    "Table 4, LSUN challenge 2015 on SALICON's test images",
    "salicon2015",
    Entry(
        "pan/table4/shallow",
        "Shallow ConvNet",
        "shallow_convnet",
        protocol="pan_shallow",
        trains_with="pan/table5/shallow",
    ),
    """
Shallow Convnet         0.5198 0.5957 0.6698 0.8291 0.8364
WHU IIP                 0.4908 0.4569 0.6064 0.7759 0.7923
Rare 2012 Improved      0.5017 0.5108 0.6644 0.8047 0.8148
Xidian                  0.4617 0.4811 0.6809 0.7990 0.8051
Baseline: BMS           0.4542 0.4268 0.6935 0.7699 0.7899
Baseline: GBVS          0.4460 0.4212 0.6303 0.7816 0.7899
Baseline: Itti          0.3777 0.2046 0.6101 0.6603 0.6669
""",
    notes=("The authors trained on SALICON's training and validation images.",),
)

# Both networks are trained on SALICON, whatever they are evaluated on.
COLUMNS = {
    "isun": Column(("salicon2015",), "isun", note="Validation images."),
    "salicon2015": Column(("salicon2015",), "salicon2015", "val", "official", "Validation images."),
    "salicon2015_test": Column(("salicon2015",), "salicon2015", "val", "official", HIDDEN),
}
TABLE5_METRICS = ("CC", "sAUC", "AUC-Borji")
TABLE5_FIGURES = figures(
    """
shallow  0.59 0.64 0.79  0.58 0.67 0.83  0.60 0.67 0.83
deep     0.53 0.63 0.80  0.61 0.73 0.86  0.62 0.72 0.86
""",
    COLUMNS,
    TABLE5_METRICS,
)
TABLE5 = Table(
    "pan/table5",
    "Table 5, the shallow and the deep net",
    COLUMNS,
    TABLE5_METRICS,
    (
        Entry(
            "pan/table5/shallow",
            "Shallow ConvNet",
            "shallow_convnet",
            protocol="pan_shallow",
            published=TABLE5_FIGURES["shallow"],
        ),
        Entry(
            "pan/table5/deep",
            "Deep ConvNet, our schedule",
            "deep_convnet",
            protocol="pan",
            published=TABLE5_FIGURES["deep"],
        ),
        Entry(
            "pan/table5/deep_printed",
            "Deep ConvNet, printed schedule",
            "deep_convnet",
            recipe=PRINTED,
            protocol="pan",
            published=TABLE5_FIGURES["deep"],
        ),
    ),
)

TABLE6_METRICS = ("AUC-Judd", "SIM", "EMD", "AUC-Borji", "sAUC", "CC", "NSS")
MIT300 = Column(
    ("salicon2015",),
    "mit1003",
    "all",
    note="Published on MIT300, whose truth is not public; obtained on MIT1003, all of it: "
    "neither net has learned from it.",
)
TABLE6 = Table(
    "pan/table6",
    "Table 6, MIT300",
    {"mit300": MIT300},
    TABLE6_METRICS,
    (
        Entry(
            "pan/table6/shallow",
            "Shallow ConvNet",
            "shallow_convnet",
            protocol="pan_shallow",
            trains_with="pan/table5/shallow",
        ),
        Entry(
            "pan/table6/deep",
            "Deep ConvNet",
            "deep_convnet",
            protocol="pan",
            published={
                "mit300": {
                    "SIM": "0.52",
                    "CC": "0.58",
                    "sAUC": "0.69",
                    "AUC-Judd": "0.83",
                    "NSS": "1.51",
                    "EMD": "3.31",
                }
            },
            trains_with="pan/table5/deep",
            fit_mode="native",
        ),
    ),
    notes=(
        "The table itself was not at hand: the deep net's published figures are those that "
        "SAM's Table VI prints for it (SalNet). It gets every image in its own aspect "
        "(section 4.2).",
    ),
)

SECTION3 = Table(
    "pan/section3",
    "Section 3, what was tried for the shallow net",
    {"salicon2015": COLUMNS["salicon2015"]},
    METRICS,
    tuple(
        Entry(f"pan/section3/{row}", title, "shallow_convnet", protocol="pan_shallow", **fields)
        for row, title, fields in (
            ("l2", "L2 loss, the final net", {"trains_with": "pan/table5/shallow"}),
            ("l1", "L1 loss", {"recipe": {"loss": "l1"}}),
            (
                "sigmoid_cross_entropy",
                "sigmoid cross-entropy loss",
                {
                    "recipe": {"loss": "sigmoid_cross_entropy"},
                    "model_options": {"output": "sigmoid"},
                },
            ),
            (
                "dropout",
                "dropout of half the first dense layer",
                {"model_options": {"dropout": 0.5}},
            ),
        )
    ),
    notes=("The paper tells in words how these did and prints no figures.",),
)

TABLES = (TABLE1, TABLE3, TABLE4, TABLE5, TABLE6, SECTION3, *released_tables("pan"))
