"""What the method page says: rules, signs, glossary, sources, layers, what is not translated."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from geo import catalog, classify, words
from geo.activities import Source
from geo.boundaries import Boundaries, Layer
from geo.errors import SettingsError
from geo.i18n import N_, _, language, number, unbroken
from geo.ui import sheets
from geo.ui.parts import escaped, swatch

# Counting in plain words: what a reader must know to trust or doubt a figure.
RULES: Final = (
    (
        N_("Aucune ligne ne se perd"),
        N_(
            "Lus = placés + à vérifier + rejetés, partout. Sans position ni lieu utilisables : rejeté. "
            "Lieu ambigu, contredit ou dans un autre pays que celui de la source : à vérifier. Les "
            "répétitions possibles sont comptées et signalées, jamais retirées en silence."
        ),
    ),
    (
        N_("Chaque enregistrement compte à sa précision"),
        N_(
            "Un nombre connu pour plusieurs lieux ensemble n'est pas réparti. 52 AVEC « à Gao et Mopti » "
            ": 0 à 52 à Gao, 0 à 52 à Mopti, 52 pour les deux, et aucune commune coloriée. Les bornes "
            "d'une région viennent des enregistrements, jamais de la somme des bornes de ses communes."
        ),
    ),
    (
        N_("Présence n'est pas quantité"),
        N_(
            "Un lieu nommé donne une présence, même si le chiffre n'est pas réparti. Un enregistrement "
            "connu pour la région seulement n'en donne pas à ses communes."
        ),
    ),
    (
        N_("Zéro se prouve"),
        N_(
            "Zéro ne s'affiche que là où une source exhaustive couvre l'unité. Ailleurs, silence se lit « "
            "aucun signalé ». Six valeurs ne se mélangent jamais : un nombre, zéro, aucun signalé, non "
            "rapporté, inconnu, sans objet."
        ),
    ),
    (
        N_("Seul ce qui marche est une couverture"),
        N_(
            "Un point fonctionnel compte ; un point saisonnier (de l'eau moins de 12 mois) compte aussi, "
            "son nombre toujours à côté. En panne, à sec, non utilisé et état inconnu sont montrés à part."
        ),
    ),
    (
        N_("Les personnes ne sont pas comptées deux fois"),
        N_(
            "Par commune, période et groupe : la somme chez un partenaire et un secteur, puis la plus "
            "grande entre eux (règle du plan de réponse du Mali 2019). Le résultat se lit « au moins », "
            "la somme brute « au plus »."
        ),
    ),
    (
        N_("Rien n'est enregistré deux fois"),
        N_(
            "Une ligne de région et les lignes de communes du même projet ne s'ajoutent pas. Une source "
            "dit de quoi elle est tirée et ce qu'elle remplace."
        ),
    ),
    (
        N_("Un P-code appartient à un millésime"),
        N_(
            "ML09 est Bamako en 2021 et Taoudénit en 2025. Aucun rapprochement par code sans son "
            "millésime ; une région déclarée est lue dans tous les découpages connus avant d'être dite "
            "fausse. Les régions de 2023 sont faites de cercles entiers de 2021 ; les cercles et les "
            "communes créés en 2023 ne sont connus que de nom, sans limites ni P-codes."
        ),
    ),
    (
        N_("Un lieu n'est jamais deviné en silence"),
        N_(
            "Un nom est rapproché d'une unité dans la région et le cercle déclarés, avec la méthode et "
            "une note. Un nom ambigu n'est pas tranché : il attend une décision, avec ses candidats."
        ),
    ),
    (
        N_("Dire où sont les choses peut nuire"),
        N_(
            "Comités de paix et AVEC ne sont montrés qu'à la commune : ni position, ni quartier, ni texte "
            "libre. Aucun nom de personne, aucun téléphone n'est gardé."
        ),
    ),
)

# Parts of Streamlit's own that no setting translates.
UNTRANSLATED: Final = (
    N_(
        "le menu des trois points et ses entrées (Rerun, Settings, Print…), réduits par toolbarMode = minimal"
    ),
    N_("le message de connexion perdue et l'état « Running… » en haut à droite"),
    N_("« No results » dans une liste où l'on cherche"),
    N_("le calendrier et le dépôt de fichiers (noms des mois, « Browse files », limite de taille)"),
    N_("source et licence des fichiers livrés, citées dans la langue de leurs notices"),
    N_("les info-bulles des tableaux interactifs et du plein écran"),
)

_RING_SIGNS: Final = (
    ("ring", N_("anneau : le maximum d'un intervalle, dans la couleur de sa classe")),
    ("ring open", N_("anneau ouvert : pas de maximum connu")),
    ("dash", N_("trait tireté : limite indicative")),
)
_STATE_SIGNS: Final = (
    ("c1", N_("bleu clair : peu, parmi les unités montrées")),
    ("c5", N_("bleu foncé : beaucoup")),
    ("presence", N_("très pâle : présent, nombre non réparti")),
    ("zero", N_("0 : une source exhaustive couvre l'unité et n'en signale pas")),
    ("none_reported", N_("hachures : aucun signalé ; personne n'en a rien dit")),
    ("not_reported", N_("hachures et rond : non rapporté (n. r.) ; signalé, sans nombre")),
    ("unknown", N_("croisillons : inconnu ; il y en a, leur état n'est pas connu")),
    ("not_applicable", N_("gris : sans objet (s. o.)")),
)


def rules() -> str:
    """Return the counting rules, each a title and a sentence or two."""
    worded = [(escaped(_(title)), escaped(unbroken(_(text)))) for title, text in RULES]
    said = "".join(f"<div><dt>{title}</dt><dd>{text}</dd></div>" for title, text in worded)
    return sheets.section(_("Comment on compte"), f"<dl class='rules'>{said}</dl>")


def signs() -> str:
    """Return the key of symbols of map, legend and tables."""
    entries = [(swatch(klass), escaped(unbroken(_(text)))) for klass, text in (*_STATE_SIGNS, *_RING_SIGNS)]
    lines = [sheets.Html(f"{sign} {text}") for sign, text in entries]
    above = escaped(_("connu au niveau supérieur seulement"))
    letter = sheets.Html(f"<b class='letter'>R</b> {above}")
    intervals = (
        ((0, 8, 0), _("entre 0 et 8, selon ce que l'on sait")),
        ((0, 8, 1), _("un enregistrement au moins ne donne pas de nombre")),
        ((3, 3, 1), _("3 sont connus, d'autres n'ont pas de nombre")),
    )
    words_in_tables = [f"{classify.value_words('number', *row)} = {text}" for row, text in intervals]
    body = sheets.bullets([*lines, letter, *words_in_tables], "signs")
    return sheets.section(_("Signes de la carte et des tableaux"), body)


def glossary(terms: pd.DataFrame) -> str:
    """French and English terms with their definition in the reader's language."""
    title = _("Glossaire français – anglais")
    if terms.empty:
        return sheets.section(title, sheets.paragraph(_("Le glossaire n'est pas encore écrit."), "empty"))
    defined = terms[f"definition_{language()}"]
    rows = list(zip(terms["fr"], terms["en"], defined, terms["term_column"], strict=True))
    heads = [_("Français"), _("Anglais"), _("Définition"), _("Colonne")]
    return sheets.section(title, sheets.sheet(heads, rows, caption=title))


def sources(found: Mapping[str, Source], counts: Mapping[str, int]) -> str:
    """Where the records come from: date, licence, attribution, caveats, and how many records."""
    heads = [
        *(_("Source"), _("Éditeur"), _("Date"), _("Enreg."), _("Licence")),
        *(_("Attribution"), _("Mises en garde")),
    ]
    rows = [
        [
            _fictitious(source) + source.words("title"),
            source.publisher,
            words.day(source.date) if source.date else _("non datée"),
            number(counts.get(name, 0)),
            source.words("licence"),
            source.attribution,
            source.words("caveats"),
        ]
        for name, source in found.items()
    ]
    title = _("Sources des enregistrements")
    table = sheets.sheet(heads, rows, caption=title, numeric=(3,)) if rows else ""
    return sheets.section(title, table or sheets.paragraph(_("Aucune source."), "empty"))


def _fictitious(source: Source) -> str:
    return _("(données fictives) ") if source.fictitious else ""


def layers(boundaries: Boundaries) -> str:
    """Boundaries in use: vintage, date, official or indicative, licence, version."""
    heads = [
        *(_("Pays"), _("Millésime"), _("Valable au"), _("Communes"), _("Tracé")),
        *(_("Source"), _("Licence"), _("Attribution"), _("Version")),
    ]
    rows = [_layer_row(layer) for layer in boundaries.layers]
    title = _("Limites administratives en usage")
    text = _(
        "Tracé officiel : « python -m geo boundaries install FICHIER » met en usage les fichiers COD-AB "
        "d'OCHA, « python -m geo boundaries fetch » les prend sur HDX ; les limites livrées sont alors "
        "remplacées."
    )
    return sheets.section(
        title,
        sheets.sheet(heads, rows, caption=title, numeric=(3,)),
        sheets.bullets(_caveats(boundaries.layers)),
        sheets.paragraph(text, "key"),
    )


def _layer_row(layer: Layer) -> list[str]:
    about = layer.about
    drawn = layer.communes["indicative"]
    kind = _("communes indicatives") if drawn.any() else _("simplifié") if _shipped(layer) else _("officiel")
    return [
        _(words.COUNTRIES[layer.country]),
        layer.vintage,
        words.day(str(about.get("valid_on", ""))) or _("non datée"),
        number(len(layer.communes)),
        kind,
        quoted(str(about.get("source", ""))),
        quoted(str(about.get("licence", ""))),
        str(about.get("attribution", "")),
        sheets.Html(f"<code>{escaped(layer.sha256[:8])}</code>"),
    ]


def _shipped(layer: Layer) -> bool:
    return layer.name.startswith("embedded")


def _caveats(layers: Sequence[Layer]) -> list[str]:
    lines = []
    for layer in layers:
        said = layer.about.get("caveats", {})
        texts = said.get(language(), ()) if isinstance(said, Mapping) else ()
        country = _(words.COUNTRIES[layer.country])
        lines += [f"{country} – {text}" for text in texts]
    return lines


def population(rows: pd.DataFrame) -> str:
    """Return population in use: layer, year, method, source, communes with a figure."""
    grouped = rows.groupby(["layer", "year", "method", "source"], sort=True)["people"].agg(["size", "sum"])
    lines = [
        [
            _(words.LAYERS.get(str(layer), str(layer))),
            str(year),
            _(words.METHODS.get(str(method), str(method))),
            number(int(size)),
            number(int(people)),
            words.population_source(str(source)),
        ]
        for (layer, year, method, source), (size, people) in zip(
            grouped.index, grouped.itertuples(index=False, name=None), strict=True
        )
    ]
    heads = [_("Couche"), _("Année"), _("Méthode"), _("Communes"), _("Personnes"), _("Source")]
    title = _("Population en usage")
    text = _(
        "Une commune sans chiffre est inconnue, jamais zéro. Les déplacés et les réfugiés ne sont dans "
        "aucun de ces chiffres tant qu'une table n'est pas installée pour eux."
    )
    table = sheets.sheet(heads, lines, caption=title, numeric=(1, 3, 4))
    return sheets.section(title, table, sheets.paragraph(text, "key"))


def catalogues() -> str:
    """Every shipped file with its licence and attribution; a folder without papers is said."""
    heads = [
        *(_("Fichier"), _("Source"), _("Licence"), _("Attribution"), _("Date")),
        *(_("Lignes"), _("Version")),
    ]
    rows, problems = [], []
    for folder in catalog.folders():
        try:
            rows += [_file_row(folder.name, entry) for entry in catalog.load(folder)]
        except SettingsError:
            problems.append(
                _("{folder} : catalogue absent ou illisible.").format(folder=f"data/{folder.name}")
            )
    title = _("Catalogue des données livrées")
    table = sheets.sheet(heads, rows, caption=title, numeric=(5,)) if rows else ""
    return sheets.section(title, table, sheets.bullets(problems) if problems else "")


def _file_row(folder: str, entry: Mapping[str, Any]) -> list[str]:
    count = entry.get("rows")
    return [
        f"{folder}/{entry.get('file', '')}",
        quoted(_in_language(entry.get("source"))),
        quoted(_in_language(entry.get("licence"))),
        _in_language(entry.get("attribution")),
        words.day(str(entry.get("date", ""))),
        "–" if count is None else number(int(count)),
        sheets.Html(f"<code>{escaped(str(entry.get('sha256', ''))[:8])}</code>"),
    ]


def quoted(text: str) -> str:
    """Text of the papers of a file, which is kept in English; a screen reader is told so."""
    return sheets.Html(f"<span lang='en'>{escaped(text)}</span>") if language() != "en" else text


def _in_language(value: Any) -> str:
    """Return a text of a catalogue, which some keep in both languages."""
    if isinstance(value, Mapping):
        return str(value.get(language(), ""))
    return "" if value is None else str(value)


def untranslated() -> str:
    """Return what stays in English whatever the language: parts of Streamlit's own."""
    text = _("Ces éléments viennent de Streamlit, qui ne les traduit pas, ou d'une notice citée :")
    title = _("Ce qui ne se traduit pas")
    return sheets.section(title, sheets.paragraph(text), sheets.bullets([_(line) for line in UNTRANSLATED]))


def version(store_version: str, boundaries: Boundaries) -> str:
    """Versions of records and boundaries, short: two screens that show the same ones show the same data."""
    text = _("Version des enregistrements {records} · version des limites {boundaries}").format(
        records=store_version[:8], boundaries=boundaries.version[:8]
    )
    return sheets.paragraph(text, "key")
