"""Invent names of places and structures. None is meant to exist."""

from collections.abc import Iterator
from random import Random

HEADS = [
    "Valm",
    "Roqueb",
    "Fontm",
    "Beaum",
    "Chantel",
    "Montf",
    "Clairv",
    "Rochev",
    "Villem",
    "Aigueb",
    "Sauvet",
    "Bell",
    "Marv",
    "Castelm",
    "Laval",
    "Noirm",
    "Grandm",
    "Hautef",
    "Pierref",
    "Brun",
    "Champl",
    "Courv",
    "Esper",
    "Ferr",
    "Garl",
    "Herm",
    "Issol",
    "Kerv",
    "Lorm",
    "Mauv",
    "Nevr",
    "Org",
    "Peyr",
    "Quill",
    "Ravel",
    "Serv",
    "Tourn",
    "Uss",
    "Varenn",
    "Bord",
]
TAILS = [
    "ont",
    "elle",
    "oux",
    "ières",
    "ac",
    "ange",
    "ette",
    "igny",
    "on",
    "eyrac",
    "ault",
    "illac",
    "oise",
    "uzan",
    "erre",
    "andre",
    "evières",
    "olles",
    "ade",
    "ins",
    "any",
    "argues",
]
WATERS = [
    "la-Brène",
    "le-Loup",
    "la-Vaire",
    "l’Ormeau",
    "la-Sorgue-Noire",
    "la-Taupe",
    "l’Argence",
    "la-Doue",
    "la-Lise",
    "l’Ardoise",
    "la-Meule",
    "le-Vernet",
]
SAINTS = [
    "Alban",
    "Brice",
    "Cyprien",
    "Didier",
    "Évroult",
    "Fiacre",
    "Géry",
    "Hilaire",
    "Isidore",
    "Juste",
    "Léger",
    "Médard",
    "Nectaire",
    "Odilon",
    "Pardoux",
    "Quentin",
    "Romain",
    "Sernin",
    "Thibéry",
    "Urcize",
    "Valbert",
    "Yrieix",
]
FLOWERS = tuple(
    name.replace("_", " ")
    for name in [
        "les_Tilleuls",
        "les_Glycines",
        "la_Clairière",
        "le_Belvédère",
        "les_Hirondelles",
        "le_Grand_Chêne",
        "les_Jonquilles",
        "la_Roseraie",
        "le_Clos_des_Vignes",
        "les_Peupliers",
        "la_Source",
        "les_Marronniers",
        "l’Horizon",
        "les_Bruyères",
        "le_Colombier",
        "la_Forêt",
        "les_Aubépines",
        "le_Moulin",
        "la_Passerelle",
        "les_Embruns",
        "le_Parc",
        "la_Mésange",
    ]
)

# By structure type: how names are made; %c is a commune, %f a garden name, %s a saint.
SHAPES: dict[str, tuple[str, ...]] = {
    "CHU_CHR": ("CHU de %c", "CHR de %c"),
    "CH": ("CH de %c", "Centre hospitalier de %c", "CH intercommunal de %c"),
    "CHS_EPSM": ("EPSM de %c", "CHS Saint-%s"),
    "HL": ("Hôpital de proximité de %c",),
    "CLCC": ("Centre de lutte contre le cancer Saint-%s",),
    "ESPIC": ("Hôpital Saint-%s", "Fondation Saint-%s, %c"),
    "CLINIQUE_MCO": ("Clinique %f, %c", "Clinique Saint-%s", "Hôpital privé de %c"),
    "CLINIQUE_SMR": ("Centre de réadaptation %f, %c", "SMR %f, %c"),
    "CLINIQUE_PSY": ("Clinique psychiatrique %f, %c",),
    "HAD": ("HAD de %c",),
    "DIALYSE": ("Dialyse de %c",),
    "LBM": ("Laboratoires de %c", "BioSaint-%s"),
    "CENTRE_RADIOTHERAPIE": ("Centre de radiothérapie de %c",),
    "CABINET_IMAGERIE": ("Imagerie de %c",),
    "CENTRE_SANTE": ("Centre de santé de %c",),
    "GCS_GIP": ("GCS de biologie de %c",),
    "EHPAD": ("EHPAD %f, %c", "Résidence %f, %c", "EHPAD Saint-%s, %c"),
    "ESMS_HANDICAP": ("MAS %f, %c", "IME %f, %c", "ESAT de %c", "Foyer %f, %c"),
    "SSIAD_SAAD": ("SSIAD de %c", "Soins à domicile de %c"),
}


def communes(dice: Random) -> Iterator[str]:
    """Yield invented communes, each once, without end."""
    seen: set[str] = set()
    while True:
        base = dice.choice(HEADS) + dice.choice(TAILS)
        form = dice.random()
        if form < 0.35:
            base = f"{base}-sur-{dice.choice(WATERS)}"
        elif form < 0.5:
            base = f"Saint-{dice.choice(SAINTS)}-{_of(base).replace(' ', '-')}"
        if base not in seen:
            seen.add(base)
            yield base


def structure_name(dice: Random, kind: str, commune: str) -> str:
    """Return an invented name for a structure of this type."""
    shape = dice.choice(SHAPES[kind])
    name = shape.replace("%f", dice.choice(FLOWERS)).replace("%s", dice.choice(SAINTS))
    return name.replace("de %c", f"{_of(commune)}").replace("%c", commune)


def _of(commune: str) -> str:
    return f"d’{commune}" if commune[0] in "AEÉIOUY" else f"de {commune}"
