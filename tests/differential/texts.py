"""Texts that stores read in ways of their own: accents, case, wildcards, quotes, escapes, letters that fold into several, long ones."""

PREFIX = "S2A_MSIL1C_20240301T105031_N0510_R051_T31TCJ_"
"""Shared by ids and scenes: longer than what texts are put in order by."""

TITLES = (
    "Été à Fécamp",
    "ETE A FECAMP",
    "été à fécamp",
    "E\u0301te\u0301 a\u0300 Fe\u0301camp",
    "100% cloud_free",
    "100 % cloudXfree",
    "c:\\temp\\new_scene",
    "c:\\temp\\%",
    "l'île d'Yeu",
    "L'Île d’Yeu",
    'He said "mosaic"',
    "Straße 7",
    "STRASSE 7",
    "ΟΔΟΣ",
    "οδος",
    "ﬁn de l’été",
    "Œuvre – 1ʳᵉ scène",
    "İstanbul",
    "\U0001f6f0 scene",
    "\uff21 wide",
    "line\nbreak and\ttab",
    "NULL",
    "[a-z]*.?",
    "2024-03-01T12:00:00Z",
)

NAMES = (
    "SPOT 6",
    "spot 6",
    "Spot-6",
    "SPOT_6",
    "Pléiades",
    "PLEIADES",
    "pleiades neo",
    "sentinel-2a",
    "sentinel-2b",
    "%",
    "_",
    "\\",
    "'",
    "\U0001f6f0",
    "\uffee",
)

SCENES = (
    PREFIX + "é",
    PREFIX + "a",
    PREFIX + "b",
    "a" * 31 + "éa",
    "a" * 31 + "éb",
    "a" * 31 + "z",
    "a" * 32,
    "a" * 33,
    "x",
    "X",
    "é",
    "z",
)

KEYWORDS = ("forêt", "Forêt", "foret", "eau douce", "100%", "a_b", "l'eau", "", "\\", "ville", "neige")
