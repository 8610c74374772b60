"""MSI-Net: a contextual encoder-decoder network (Kroner et al., 2020).

    make experiment NAME=msinet/table6 DATASET=osie DATA_DIR=DATA ARGS='--init_from RUN'
    make experiment NAME=msinet DATA_DIR=DATA      DATA holds salicon, mit1003, cat2000, ...
    make experiment NAME=msinet/table8/without_multi_level ARGS=--quick

Tables 1 and 2 (state of the art on MIT300 and CAT2000), 3 and 4 (parameters, speed,
memory, multiply-adds), 6 and A.8 (ablations on five datasets: ten trainings, mean,
standard deviation and the one-tailed paired t-test over them), 7 and A.9 (the same by
category of CAT2000). Table A.8 is here table8, A.9 table9. Table 5 lists the hardware.

Every model is trained on SALICON (10 epochs of 10,000 steps with one image), then on the
dataset of the column. Ten repetitions of two models on five datasets are 20 trainings on
SALICON and 100 on the others: days on a GPU. `--repetitions 1` or `--init_from RUN` (a run
on SALICON) reduce this. Tables 3 and 4 take a minute.
"""

from experiments.entries import CategoryChange, Column, Cost, Entry, Table, figures
from experiments.released import released_tables

METRICS = ("AUC-Judd", "SIM", "EMD", "AUC-Borji", "sAUC", "CC", "NSS", "KLD")
COLUMNS = {
    name: Column(("salicon", name), name, protocol="msinet")
    for name in ("mit1003", "cat2000", "dut_omron", "pascal_s", "osie")
}
WHOLE = "msinet/table6/aspp"
REPETITIONS = 10
STAR = (
    "A star at a published figure: significantly better (one-tailed paired t-test over ten runs)."
)


def state_of_the_art(number, title, column, test, block):
    """Return a table of MSI-Net and other models."""
    rows = figures(block, (column,), METRICS)
    name = f"msinet/table{number}"
    whole = Entry(
        f"{name}/msinet",
        "MSI-Net",
        "msinet",
        protocol="msinet",
        published=rows.pop("MSI-Net"),
        trains_with=WHOLE,
    )
    return Table(name, title, {column: test}, METRICS, (whole,), others=rows)


TABLE1 = state_of_the_art(
    1,
    "Table 1, state of the art on MIT300",
    "mit300",
    Column(
        ("salicon", "mit1003"),
        "mit1003",
        protocol="msinet",
        note="Published on MIT300, whose truth is not public; obtained on the validation "
        "images of MIT1003.",
    ),
    """
MSI-Net      0.87 0.68 1.99 0.82 0.72 0.79 2.27 0.66
DenseSal     0.87 0.67 1.99 0.81 0.72 0.79 2.25 0.48
DPNSal       0.87 0.69 2.05 0.80 0.74 0.82 2.41 0.91
SALICON      0.87 0.60 2.62 0.85 0.74 0.74 2.12 0.54
DSCLRCN      0.87 0.68 2.17 0.79 0.72 0.80 2.35 0.95
DeepFix      0.87 0.67 2.04 0.80 0.71 0.78 2.26 0.63
EML-NET      0.88 0.68 1.84 0.77 0.70 0.79 2.47 0.84
DeepGaze II  0.88 0.46 3.98 0.86 0.72 0.52 1.29 0.96
SAM-VGG      0.87 0.67 2.14 0.78 0.71 0.77 2.30 1.13
ML-Net       0.85 0.59 2.63 0.75 0.70 0.67 2.05 1.10
SAM-ResNet   0.87 0.68 2.15 0.78 0.70 0.78 2.34 1.27
DeepGaze I   0.84 0.39 4.97 0.83 0.66 0.48 1.22 1.23
Judd         0.81 0.42 4.45 0.80 0.60 0.47 1.18 1.12
eDN          0.82 0.41 4.56 0.81 0.62 0.45 1.14 1.14
GBVS         0.81 0.48 3.51 0.80 0.63 0.48 1.24 0.87
Itti         0.75 0.44 4.26 0.74 0.63 0.37 0.97 1.03
SUN          0.67 0.38 5.10 0.66 0.61 0.25 0.68 1.27
""",
)
TABLE2 = state_of_the_art(
    2,
    "Table 2, state of the art on CAT2000's test images",
    "cat2000",
    Column(
        ("salicon", "cat2000"),
        "cat2000",
        protocol="msinet",
        note="Published on the test images, whose truth is not public; obtained on the "
        "validation images.",
    ),
    """
MSI-Net     0.88 0.75 1.07 0.82 0.59 0.87 2.30 0.36
SAM-VGG     0.88 0.76 1.07 0.79 0.58 0.89 2.38 0.54
SAM-ResNet  0.88 0.77 1.04 0.80 0.58 0.89 2.38 0.56
DeepFix     0.87 0.74 1.15 0.81 0.58 0.87 2.28 0.37
EML-NET     0.87 0.75 1.05 0.79 0.59 0.88 2.38 0.96
Judd        0.84 0.46 3.60 0.84 0.56 0.54 1.30 0.94
eDN         0.85 0.52 2.64 0.84 0.55 0.54 1.30 0.97
Itti        0.77 0.48 3.44 0.76 0.59 0.42 1.06 0.92
GBVS        0.80 0.51 2.99 0.79 0.58 0.50 1.23 0.80
SUN         0.70 0.43 3.42 0.69 0.57 0.30 0.77 2.22
""",
)

# Parameters and speed need no data.
NETWORK = {"network": Column()}
TABLE3_METRICS = ("parameters",)
TABLE3_FIGURES = figures(
    """
DeepGaze I    3,750,913
ML-Net       15,452,145
DeepGaze II  20,065,973
DenseSal     26,474,209
SALICON      29,429,889
DSCLRCN      30,338,437
DeepFix      35,455,617
sam_vgg      51,835,841
sam_resnet   70,093,441
DPNSal       76,536,513
EML-NET      84,728,569
msinet       24,934,209
""",
    NETWORK,
    TABLE3_METRICS,
)
TABLE3 = Table(
    "msinet/table3",
    "Table 3, trainable parameters",
    NETWORK,
    TABLE3_METRICS,
    tuple(
        Cost(f"msinet/table3/{name}", title, name, (240, 320), published=TABLE3_FIGURES.pop(name))
        for name, title in (
            ("sam_vgg", "SAM-VGG"),
            ("sam_resnet", "SAM-ResNet"),
            ("msinet", "MSI-Net"),
        )
    ),
    others=TABLE3_FIGURES,
)

TABLE4_METRICS = ("images/s", "memory (MB)", "multiply-adds (billion)")
TABLE4_FIGURES = figures(
    """
mit1003    43 194 75
cat2000    56 175 48
dut_omron  43 194 75
pascal_s   43 194 75
osie       58 173 44
""",
    NETWORK,
    TABLE4_METRICS,
)
SIZES = {"cat2000": (216, 384), "osie": (240, 320)}
TABLE4 = Table(
    "msinet/table4",
    "Table 4, speed, memory and multiply-adds",
    NETWORK,
    TABLE4_METRICS,
    tuple(
        Cost(
            f"msinet/table4/{name}",
            f"size of {name}, {'x'.join(map(str, SIZES.get(name, (360, 360))))}",
            "msinet",
            SIZES.get(name, (360, 360)),
            published=published,
        )
        for name, published in TABLE4_FIGURES.items()
    ),
    notes=(
        "Published on a TITAN Xp with TensorFlow 1.14: memory of the GPU alone; obtained on this "
        "machine: peak memory of the whole process, TensorFlow included.",
    ),
)


def ablation(number, title, rows, block):
    """Return a table of two models on five datasets; the paper tests if the first is better.

    Args:
        number: of the table.
        title: of the table.
        rows: {row: (title, fields of its entry)}.
        block: for `figures`, with rows named "dataset row" and "dataset row sd".
    """
    name = f"msinet/table{number}"
    printed = figures(block, ("",), METRICS)
    second = list(rows)[1]
    return Table(
        name,
        title,
        COLUMNS,
        METRICS,
        tuple(
            Entry(
                name=f"{name}/{row}",
                title=row_title,
                model="msinet",
                protocol="msinet",
                published={column: printed[f"{column} {row}"][""] for column in COLUMNS},
                spread={column: printed[f"{column} {row} sd"][""] for column in COLUMNS},
                better_than=f"{name}/{second}" if row != second else None,
                **fields,
            )
            for row, (row_title, fields) in rows.items()
        ),
        repetitions=REPETITIONS,
        notes=(STAR,),
    )


TABLE6 = ablation(
    6,
    "Table 6, with and without ASPP",
    {
        "aspp": ("with ASPP", {}),
        "without_aspp": ("without ASPP", {"model_options": {"aspp": False}}),
    },
    """
mit1003 aspp                   0.899* 0.602* 2.430* 0.832* 0.713  0.741* 2.663* 0.818*
mit1003 aspp sd                0.001  0.004  0.033  0.005  0.003  0.003  0.012  0.051
mit1003 without_aspp           0.890  0.573  2.645  0.827  0.720  0.700  2.540  0.867
mit1003 without_aspp sd        0.001  0.005  0.033  0.006  0.003  0.004  0.016  0.042
cat2000 aspp                   0.882* 0.734* 2.553* 0.812  0.582  0.854* 2.359* 0.430*
cat2000 aspp sd                0.000  0.002  0.025  0.005  0.003  0.003  0.007  0.010
cat2000 without_aspp           0.873  0.683  2.975  0.824  0.591  0.770  2.092  0.501
cat2000 without_aspp sd        0.000  0.002  0.033  0.004  0.002  0.002  0.006  0.013
dut_omron aspp                 0.921* 0.649* 1.155* 0.864* 0.775  0.776* 2.873* 0.634*
dut_omron aspp sd              0.001  0.002  0.016  0.005  0.003  0.002  0.008  0.023
dut_omron without_aspp         0.915  0.627  1.237  0.855  0.777  0.748  2.789  0.695
dut_omron without_aspp sd      0.001  0.003  0.022  0.004  0.003  0.002  0.011  0.031
pascal_s aspp                  0.914* 0.667* 1.015* 0.853* 0.701  0.818* 2.610* 0.645*
pascal_s aspp sd               0.000  0.003  0.010  0.004  0.003  0.002  0.008  0.044
pascal_s without_aspp          0.901  0.610  1.195  0.831  0.715  0.759  2.420  0.720
pascal_s without_aspp sd       0.001  0.004  0.013  0.004  0.003  0.004  0.015  0.022
osie aspp                      0.918* 0.648* 1.647* 0.816* 0.788* 0.808* 3.010  0.749
osie aspp sd                   0.001  0.002  0.017  0.004  0.004  0.002  0.010  0.031
osie without_aspp              0.916  0.641  1.733  0.808  0.781  0.804  3.000  0.767
osie without_aspp sd           0.001  0.002  0.025  0.008  0.006  0.002  0.010  0.046
""",
)
TABLE8 = ablation(
    8,
    "Table A.8, with and without features of several levels",
    {
        "multi_level": ("with several levels", {"trains_with": WHOLE}),
        "without_multi_level": ("without", {"model_options": {"multi_level": False}}),
    },
    """
mit1003 multi_level            0.899  0.602  2.430  0.832  0.713  0.741  2.663  0.818
mit1003 multi_level sd         0.001  0.004  0.033  0.005  0.003  0.003  0.012  0.051
mit1003 without_multi_level    0.898  0.599  2.445  0.837  0.715  0.740  2.649  0.794
mit1003 without_multi_level sd 0.001  0.007  0.048  0.008  0.003  0.004  0.022  0.039
cat2000 multi_level            0.882  0.734  2.553  0.812  0.582  0.854  2.359  0.430
cat2000 multi_level sd         0.000  0.002  0.025  0.005  0.003  0.003  0.007  0.010
cat2000 without_multi_level    0.881  0.734  2.545  0.814  0.586  0.855  2.354  0.436
cat2000 without_multi_level sd 0.000  0.003  0.032  0.003  0.003  0.002  0.012  0.013
dut_omron multi_level          0.921* 0.649* 1.155* 0.864  0.775  0.776* 2.873* 0.634*
dut_omron multi_level sd       0.001  0.002  0.016  0.005  0.003  0.002  0.008  0.023
dut_omron without_multi_level  0.919  0.641  1.191  0.861  0.773  0.766  2.825  0.656
dut_omron without_multi_level sd 0.001  0.003  0.018  0.005  0.003  0.003  0.009  0.042
pascal_s multi_level           0.914* 0.667* 1.015* 0.853  0.701  0.818* 2.610* 0.645
pascal_s multi_level sd        0.000  0.003  0.010  0.004  0.003  0.002  0.008  0.044
pascal_s without_multi_level   0.907  0.636  1.130  0.855  0.711  0.791  2.494  0.649
pascal_s without_multi_level sd 0.001  0.006  0.019  0.004  0.005  0.005  0.017  0.031
osie multi_level               0.918* 0.648* 1.647* 0.816  0.788  0.808* 3.010* 0.749
osie multi_level sd            0.001  0.002  0.017  0.004  0.004  0.002  0.010  0.031
osie without_multi_level       0.908  0.605  1.932  0.821  0.788  0.760  2.774  0.740
osie without_multi_level sd    0.001  0.005  0.028  0.009  0.007  0.005  0.027  0.039
""",
)


def by_category(number, title, first, second, block):
    """Return a table of the gains of the first entry over the second in some categories."""
    name = f"msinet/table{number}"
    columns = {"cat2000": COLUMNS["cat2000"]}
    return Table(
        name,
        title,
        columns,
        METRICS,
        tuple(
            CategoryChange(f"{name}/{row.lower()}", row, first, second, row, published)
            for row, published in figures(block, columns, METRICS).items()
        ),
        repetitions=REPETITIONS,
    )


TABLE7 = by_category(
    7,
    "Table 7, what ASPP changes in the four categories that gain most",
    WHOLE,
    "msinet/table6/without_aspp",
    """
Noisy      +0.010 +0.073 -0.506 -0.015 -0.009 +0.122 +0.395 -0.099
Satellite  +0.015 +0.060 -0.663 -0.012 -0.007 +0.137 +0.362 -0.100
Cartoon    +0.015 +0.066 -0.652 -0.010 -0.004 +0.125 +0.349 -0.121
Pattern    +0.011 +0.050 -0.437 -0.003 +0.001 +0.078 +0.277 -0.065
""",
)
TABLE9 = by_category(
    9,
    "Table A.9, what several levels change in the two categories that gain and lose most",
    "msinet/table8/multi_level",
    "msinet/table8/without_multi_level",
    """
Action   +0.001 +0.007 -0.062 +0.001 ±0.000 +0.010 +0.025 -0.020
Social   +0.004 +0.003 -0.064 +0.002 +0.002 +0.007 +0.025 -0.037
Fractal  +0.001 -0.001 +0.034 -0.017 -0.004 ±0.000 +0.018 +0.018
Pattern  ±0.000 +0.006 -0.051 -0.005 -0.004 ±0.000 -0.005 +0.016
""",
)

PRINTED = (TABLE1, TABLE2, TABLE3, TABLE4, TABLE6, TABLE7, TABLE8, TABLE9)
TABLES = (*PRINTED, *released_tables("msinet"))
