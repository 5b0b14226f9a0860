"""What an import would do in words: its columns, what changes, what it replaces."""

from collections.abc import Sequence

from geo.columns import Choice, Profile
from geo.columnwords import label
from geo.i18n import _, number
from geo.io.sheets import Opened
from geo.store.planning import Plan

# Changed values that are printed; all of them stand in the store's history.
SHOWN = 20


def column_lines(made: Sequence[Choice], opened: Opened, before: Profile) -> list[str]:
    """Say which columns nobody named yet, and how to; the rest is read all the same.

    Parameters
    ----------
    made : sequence of Choice
        What was proposed for the headings that were not named.
    before : Profile
        As it is remembered.
    """
    lines = [line for line in [sheet_line(opened)] if line]
    for choice in made:
        if choice.why == "renamed":
            lines.append(
                _(
                    "Colonne « {heading} » : inconnue du profil, elle ressemble à « {old} » ({field}), qui "
                    'manque. Pour la lire ainsi : --map "{column}={heading}"'
                ).format(
                    heading=choice.heading,
                    old=before.columns.get(choice.column, ""),
                    field=label(choice.column),
                    column=choice.column,
                )
            )
    unknown = [choice.heading for choice in made if not choice.why]
    if unknown:
        lines.append(
            _(
                'Colonnes non lues : {headings}. Pour en nommer une : --map "champ=titre" ; '
                'pour la laisser de côté : --ignore "titre"'
            ).format(headings=", ".join(f"« {heading} »" for heading in unknown))
        )
    return lines


def sheet_line(opened: Opened) -> str:
    """Say which sheet was read where others look like records too, ``""`` where none does."""
    if not opened.alike:
        return ""
    others = ", ".join(f"{name} ({number(opened.others[name])})" for name in opened.alike)
    return _("Feuille lue : {sheet}. D'autres feuilles portent aussi des données (lignes) : {others}").format(
        sheet=opened.sheet, others=others
    )


def difference_line(plan: Plan) -> str:
    """``Ajoutés 1, modifiés 2, retirés 0, inchangés 7``."""
    change = {name: number(count) for name, count in plan.difference.counts().items()}
    return _("Ajoutés {added}, modifiés {changed}, retirés {removed}, inchangés {same}").format(**change)


def value_lines(plan: Plan) -> list[str]:
    """Each changed value and removed record, the first of them."""
    table = plan.difference.values.head(SHOWN)
    lines = [
        f"  {row['identity']} · {row['column']} : {row['before'] or '–'} → {row['after'] or '–'}"
        for row in table.to_dict("records")
    ]
    lines += ["  " + _("{key} : retiré").format(key=name) for name in plan.difference.removed[:SHOWN]]
    left = max(len(plan.difference.values) - SHOWN, 0) + max(len(plan.difference.removed) - SHOWN, 0)
    return [*lines, "  " + _("… et {n} autres").format(n=number(left))] if left else lines


def warning_lines(plan: Plan) -> list[str]:
    """What somebody must know before an import is applied: what it replaces, what counts twice."""
    lines = [
        _(
            "Remplace « {source} » ({title}), qui ne comptera plus ; enregistrements : {n}, "
            "quantité : {quantity}."
        ).format(source=one.source_id, title=one.called, n=number(one.records), quantity=number(one.quantity))
        for one in plan.replaces
    ]
    if plan.replaced_by:
        lines.append(
            _("Ne comptera pas : la source « {source} » en tient lieu.").format(source=plan.replaced_by)
        )
    if plan.elsewhere:
        lines.append(
            _(
                "Le même fichier est déjà importé sous la source « {source} » : il compterait deux fois."
            ).format(source=plan.elsewhere)
        )
    if plan.lapsed:
        lines.append(
            _("Corrections qui ne s'appliquent plus, la valeur du partenaire ayant changé : {n}").format(
                n=number(len(plan.lapsed))
            )
        )
    if len(plan.cleaned.problems):
        lines.append(_("Valeurs illisibles : {n}").format(n=number(len(plan.cleaned.problems))))
    return lines
