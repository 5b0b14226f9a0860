"""What was noted and what could not be read, in words: what it is, and what to do."""

from collections.abc import Mapping
from typing import Final

from geo.i18n import N_, _, number

# Problem of a cell: what is wrong, what to do.
PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    "not_a_number": (N_("ce n'est pas un nombre"), N_("écrivez le nombre seul")),
    "thousands_or_decimals": (
        N_("milliers ou décimales ?"),
        N_("écrivez le nombre sans séparateur de milliers"),
    ),
    "negative": (N_("nombre négatif"), N_("corrigez le signe")),
    "not_a_date": (N_("ce n'est pas une date"), N_("écrivez AAAA-MM-JJ, AAAA-MM ou AAAA")),
    "ends_before_start": (N_("la fin précède le début"), N_("vérifiez les deux dates")),
    "not_a_known_value": (N_("mot inconnu pour cette colonne"), N_("prenez un mot de la liste du modèle")),
    "not_a_known_type": (
        N_("type d'activité inconnu"),
        N_("prenez un type de la liste, ou ajoutez le mot au type"),
    ),
    "contact_withheld": (N_("contact retiré du texte"), N_("rien : aucun contact n'est conservé")),
    "not_a_position": (N_("position illisible"), N_("écrivez latitude et longitude en degrés décimaux")),
    "utm_without_zone": (
        N_("mètres UTM sans fuseau, région non indiquée ou à cheval"),
        N_("ajoutez une colonne « Fuseau » (29N ou 30N)"),
    ),
    "not_a_point": (N_("ni point ni coordonnées"), N_("donnez un point par lieu")),
    "several_amounts": (N_("plusieurs montants dans une cellule"), N_("écrivez un montant par ligne")),
    "several_currencies": (N_("plusieurs monnaies"), N_("gardez la monnaie du budget")),
    "not_a_known_currency": (N_("monnaie inconnue"), N_("écrivez XOF, MRU, EUR ou USD")),
    "cell_error": (N_("erreur de calcul dans la cellule"), N_("corrigez la formule dans le classeur")),
    "formula_without_value": (
        N_("formules jamais calculées, lues comme vides"),
        N_("ouvrez le classeur, laissez-le calculer, enregistrez-le"),
    ),
    "look_alikes": (
        N_("lettres d'un autre alphabet, qui ressemblent aux nôtres"),
        N_("récrivez ces mots : ils ne sont pris pour aucun autre"),
    ),
    "cut_text": (N_("texte trop long, coupé"), N_("gardez 32 767 caractères au plus par cellule")),
}
# What was done to be able to read: said with the number of rows.
NOTES: Final[Mapping[str, str]] = {
    "one_per_row": N_("une ligne avec position compte pour un ouvrage"),
    "type_from_headings": N_("type d'activité reconnu par les titres"),
    "decimal_comma": N_("virgule décimale dans les coordonnées"),
    "degrees_minutes_seconds": N_("degrés, minutes, secondes convertis"),
    "one_cell": N_("latitude et longitude lues dans une seule cellule"),
    "utm": N_("mètres UTM convertis en degrés"),
    "utm_zone_from_region": N_("fuseau UTM déduit de la région indiquée"),
    "swapped": N_("latitude et longitude échangées"),
    "reprojected": N_("positions converties en WGS 84"),
    "point_inside_shape": N_("lignes ou surfaces remplacées par un point à l'intérieur"),
    "words": N_("dates écrites en mots"),
    "excel_serial": N_("dates lues d'un numéro de jour de tableur"),
    "two_digit_year": N_("années à deux chiffres lues 20.."),
    "quarter": N_("trimestres ou semestres lus comme une période"),
    "period": N_("périodes lues comme début et fin"),
    "franc_as_cfa": N_("« F » lu comme franc CFA"),
    "title_rows": N_("lignes de titre au-dessus du tableau"),
    "two_heading_rows": N_("titres sur deux lignes"),
    "headings_renamed": N_("titres en double, numérotés"),
    "hidden_signs": N_("signes invisibles ou qui retournent le texte, retirés"),
    "stacked_marks": N_("accents empilés sur une lettre, réduits à quatre"),
    "other_ending": N_("le fichier n'a pas l'extension de son format"),
}


def problem_words(problem: str) -> tuple[str, str]:
    """Say what is wrong with a cell and what to do, in the current language."""
    if problem not in PROBLEMS:
        return problem, ""
    what, remedy = PROBLEMS[problem]
    return _(what), _(remedy)


def note_line(kind: str, rows: int = 0) -> str:
    """One note in words, with how many rows it concerns where that is counted."""
    if kind.startswith("encoding:"):
        encoding = kind.partition(":")[2]
        if encoding == "mixed":
            return _("plusieurs encodages dans un même fichier, lus ligne par ligne")
        return _("encodage reconnu : {encoding}").format(encoding=encoding)
    words = _(NOTES[kind]) if kind in NOTES else kind
    return _("{note} : {n}").format(note=words, n=number(rows)) if rows else words
