"""ASNet: salient object detection driven by fixation prediction (Wang et al., 2018).

    make experiment NAME=asnet/table5 DATASET=ecssd DATA_DIR=DATA
    make experiment NAME=asnet DATA_DIR=DATA     DATA holds salicon, thus10k, dut_omron and
                                                 pascal_s, mit1003, ecssd, hku_is
    make experiment NAME=asnet/table5/without_fixation ARGS=--quick

Tables 2 and 3 (fixations on MIT1003 and PASCAL-S), 4 (objects on ECSSD, HKU-IS and
PASCAL-S) and 5 (ablation). Table 1 lists datasets; the precision-recall curves of
Figure 5 have no printed numbers.

All entries are trained on SALICON (fixations), THUS10K (masks) and DUT-OMRON (both), never
on a dataset that they are evaluated on. In Table 5, "w/o fixation" is trained without the
images that have fixations only; "conv5-output" to "conv2-output" are coarser outputs of
the complete model after the same training. The authors' training took about 10 hours on a
TITAN X. They trained on all 15,000 images of SALICON and 5,168 of DUT-OMRON; here 5,000
and 1,000 of them are validation images.
"""

from experiments.entries import Column, Entry, Table, figures
from experiments.released import released_tables
from salzoo.utils.task import Task

MIXTURE = ("salicon+thus10k+dut_omron",)
WHOLE = "asnet/table4/asnet"
FIXATION_METRICS = ("AUC-Judd", "SIM", "sAUC", "CC", "NSS")
OBJECT_METRICS = ("maxF", "MAE")
OBJECT_COLUMNS = {
    "ecssd": Column(MIXTURE, "ecssd", "test"),
    "hku_is": Column(MIXTURE, "hku_is", "test", "benchmark"),
    "pascal_s": Column(MIXTURE, "pascal_s", "test", "official"),
}


def fixations(number, title, column, test, block):
    """Return a table of both fixation outputs and of other models."""
    rows = figures(block, (column,), FIXATION_METRICS)
    # The finer map has a training of its own, shared by Tables 2 and 3.
    trainings = {14: WHOLE, 28: None if number == 2 else "asnet/table2/28x28"}
    return Table(
        f"asnet/table{number}",
        title,
        {column: test},
        FIXATION_METRICS,
        tuple(
            Entry(
                f"asnet/table{number}/{size}x{size}",
                f"ASNet-{size}x{size}",
                "asnet",
                model_options={} if size == 14 else {"fixation_size": 28},
                published=rows.pop(f"ASNet-{size}x{size}"),
                trains_with=trainings[size],
            )
            for size in (14, 28)
        ),
        others=rows,
    )


TABLE2 = fixations(
    2,
    "Table 2, fixations on MIT1003",
    "mit1003",
    Column(MIXTURE, "mit1003", "all"),
    """
Mr-CNN       0.80 0.35 0.73 0.38 1.36
SALICON      0.85 0.42 0.74 0.53 1.86
Shallow-Net  -    -    0.68 -    1.60
Deep-Net     0.86 0.40 0.73 0.51 1.73
SU           -    -    0.73 -    2.08
eDN          0.85 0.30 0.66 0.41 1.29
BMS          0.79 0.33 0.69 0.36 1.25
AIM          0.79 0.27 0.68 0.26 0.82
GBVS         0.83 0.36 0.66 0.42 1.38
ITTI         0.77 0.32 0.66 0.33 1.10
ASNet-14x14  0.87 0.49 0.73 0.60 2.01
ASNet-28x28  0.88 0.52 0.75 0.65 2.30
""",
)
TABLE3 = fixations(
    3,
    "Table 3, fixations on PASCAL-S",
    "pascal_s",
    Column(MIXTURE, "pascal_s", "test", "official"),
    """
Mr-CNN       0.79 0.34 0.71 0.40 1.35
SALICON      0.86 0.46 0.72 0.58 1.88
Shallow-Net  -    -    0.69 -    1.90
Deep-Net     0.87 0.42 0.71 0.55 1.74
SU           -    -    0.73 -    2.22
eDN          -    -    0.65 -    1.42
BMS          -    -    0.67 -    1.28
AIM          0.77 0.30 0.65 0.32 0.97
GBVS         0.84 0.36 0.65 0.45 1.36
ITTI         0.82 0.36 0.64 0.42 1.30
ASNet-14x14  0.90 0.55 0.74 0.70 2.26
ASNet-28x28  0.90 0.59 0.74 0.73 2.43
""",
)

TABLE4_FIGURES = figures(
    """
HS     0.730 0.223  0.710  0.215   0.636 0.259
DRFI   0.787 0.166  0.783  0.143   0.692 0.196
wCtr   0.672 0.178  0.694  0.138   0.611 0.193
MDF    0.831 0.108  0.860* 0.129*  0.764 0.145
LEGS   0.831 0.119  0.812  0.101   0.749 0.155
DS     0.810 0.160  0.848  0.078   0.818 0.170
DCL    0.898 0.071  0.907  0.048   0.822 0.108
ELD    0.865 0.080  0.844  0.071   0.767 0.121
SU     0.88  0.06   -      -       0.77  0.10
RFCN   0.898 0.097  0.895  0.079   0.827 0.118
DHS    0.905 0.061  0.892  0.052   0.820 0.091
HEDS   0.915 0.052  0.913  0.039   0.830 0.080
NLDF   0.905 0.063  0.902  0.048   0.831 0.099
DLS    0.825 0.090  0.806  0.072   0.719 0.136
AMU    0.889 0.058  0.918  0.052   0.834 0.098
UCF    0.868 0.068  0.905  0.062   0.771 0.116
SRM    0.910 0.056  0.892  0.046   0.783 0.127
ASNet  0.928 0.043  0.920  0.035   0.857 0.072
""",
    OBJECT_COLUMNS,
    OBJECT_METRICS,
)
TABLE4 = Table(
    "asnet/table4",
    "Table 4, objects",
    OBJECT_COLUMNS,
    OBJECT_METRICS,
    (Entry(WHOLE, "ASNet", "asnet", published=TABLE4_FIGURES.pop("ASNet")),),
    convention="pysod,mean_pr",
    task=Task.OBJECTS,
    others=TABLE4_FIGURES,
    notes=("A star: MDF was trained on a part of HKU-IS and measured on the rest.",),
)

TABLE5_FIGURES = figures(
    """
asnet               0.928 0.043  0.920 0.035  0.857 0.072
without_fixation    0.913 0.051  0.915 0.040  0.831 0.083
without_convlstm    0.891 0.068  0.887 0.069  0.797 0.112
conv5_output        0.853 0.093  0.830 0.079  0.739 0.117
conv4_output        0.875 0.076  0.844 0.058  0.749 0.092
conv3_output        0.903 0.061  0.892 0.049  0.794 0.086
conv2_output        0.919 0.049  0.912 0.040  0.847 0.078
without_precision   0.923 0.045  0.917 0.038  0.852 0.075
without_recall      0.924 0.046  0.915 0.039  0.854 0.074
without_f_measure   0.924 0.047  0.916 0.040  0.854 0.074
without_mae         0.921 0.044  0.914 0.037  0.850 0.072
without_extra_loss  0.917 0.048  0.912 0.040  0.847 0.075
""",
    OBJECT_COLUMNS,
    OBJECT_METRICS,
)
LOSS_TERMS = {"precision": "L_P", "recall": "L_R", "f_measure": "L_F", "mae": "L_MAE"}
TABLE5_ROWS = {
    "asnet": ("ASNet (conv1-output)", {"trains_with": WHOLE}),
    "without_fixation": (
        "w/o fixation",
        {"model_options": {"fixation": False}, "objects_only": True},
    ),
    "without_convlstm": ("w/o convLSTM", {"model_options": {"convlstm": False}}),
    **{
        f"conv{level}_output": (
            f"conv{level}-output",
            {"model_options": {"output_level": level}, "trains_with": WHOLE},
        )
        for level in (5, 4, 3, 2)
    },
    **{
        f"without_{term}": (f"w/o {name}", {"recipe": {"loss_options": {term: 0.0}}})
        for term, name in LOSS_TERMS.items()
    },
    "without_extra_loss": (
        "w/o extra loss",
        {"recipe": {"loss_options": dict.fromkeys(LOSS_TERMS, 0.0)}},
    ),
}
TABLE5 = Table(
    "asnet/table5",
    "Table 5, ablation",
    OBJECT_COLUMNS,
    OBJECT_METRICS,
    tuple(
        Entry(f"asnet/table5/{row}", title, "asnet", published=TABLE5_FIGURES[row], **fields)
        for row, (title, fields) in TABLE5_ROWS.items()
    ),
    convention="pysod,mean_pr",
    task=Task.OBJECTS,
)

TABLES = (TABLE2, TABLE3, TABLE4, TABLE5, *released_tables("asnet"))
