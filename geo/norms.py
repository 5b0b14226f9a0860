"""Norms: how many people one work serves, who says so, and in which set a programme uses it.

Every norm comes down to one of two questions: how many people a work (or a
hectare) serves, or how many works a commune (or a village) should have.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from geo.errors import SettingsError
from geo.i18n import N_, _, clauses, language, number
from geo.signs import tidied_texts

UNITS: Final = (
    "people_per_work",
    "members_per_group",
    "m2_per_woman",
    "works_per_commune",
    "works_per_village",
)
# Norms that ask for works by place; the others ask for works by people.
PLACE_UNITS: Final = ("works_per_commune", "works_per_village")
KINDS: Final = ("standard", "practice", "programme_target")
KIND_WORDS: Final = {
    "standard": N_("norme"),
    "practice": N_("pratique"),
    "programme_target": N_("cible de programme"),
}
PARAMETER_WORDS: Final = {
    "household_size": N_("taille d'un ménage"),
    "adult_share": N_("part des 15 ans et plus"),
    "female_share": N_("part des femmes"),
    "reach_share": N_("part à atteindre"),
}
PARAMETERS: Final = tuple(PARAMETER_WORDS)
SQM_PER_HA: Final = 10_000
DEFAULT_SET: Final = "default"


@dataclass(frozen=True)
class Parameter:
    """An estimate that a norm is worked out with, and who says so."""

    value: float
    source: str
    date: str = ""


@dataclass(frozen=True, eq=False)
class Norm:
    """One norm, see ``data/norms.toml`` for the meaning of its fields.

    Attributes
    ----------
    value : float
        In ``unit`` (:data:`UNITS`).
    within_m : float or None
        Longest way to the work that the norm allows [m], where it says one.
    low, high : float or None
        Range of ``value`` that practice knows.
    """

    name: str
    activity_type: str
    value: float
    unit: str
    kind: str
    source: str
    date: str = ""
    country: str = ""
    subtype: str = ""
    label_fr: str = ""
    label_en: str = ""
    note_fr: str = ""
    note_en: str = ""
    low: float | None = None
    high: float | None = None
    within_m: float | None = None
    stand_in: bool = False
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Label in the current language."""
        return (self.label_en if language() == "en" else self.label_fr) or self.name

    @property
    def note(self) -> str:
        """What to know about it, in the current language."""
        return self.note_en if language() == "en" else self.note_fr

    @property
    def estimate(self) -> bool:
        """Whether estimates stand between the norm and the people."""
        return bool(self.parameters) or self.stand_in

    @property
    def by_place(self) -> bool:
        """Whether works are asked for by commune or village, not by people."""
        return self.unit in PLACE_UNITS

    @property
    def measures_area(self) -> bool:
        """Whether what counts is hectares, not works."""
        return self.unit == "m2_per_woman"


@dataclass(frozen=True)
class NormSet:
    """Norms used together; of those that fit, the first is taken."""

    name: str
    norms: tuple[Norm, ...]
    label_fr: str = ""
    label_en: str = ""

    @property
    def label(self) -> str:
        """Label in the current language."""
        return (self.label_en if language() == "en" else self.label_fr) or self.name

    def norm_for(self, activity_type: str, country: str, subtype: str = "") -> Norm | None:
        """Return the norm for works of a type (and kind) in a country, ``None`` where the set has none."""
        for norm in self.norms:
            if norm.activity_type != activity_type or norm.country not in ("", country):
                continue
            if norm.subtype in ("", subtype):
                return norm
        return None


def people_per_work(norm: Norm) -> float:
    """People that one work (one hectare for an area) serves [people]; NaN for norms by place.

    * ``people_per_work``: the value itself
    * ``members_per_group`` by households: ``members × household_size / reach_share``
    * ``members_per_group`` by adults: ``members / (adult_share × reach_share)``
    * ``m2_per_woman``: ``10 000 / (m² × female_share × adult_share × reach_share)`` people a hectare

    Examples
    --------
    >>> group = Norm("g", "avec", 25, "members_per_group", "practice", "s", parameters={
    ...     "household_size": Parameter(6, "census"), "reach_share": Parameter(0.5, "target")})
    >>> people_per_work(group)
    300.0
    """
    given = {name: parameter.value for name, parameter in norm.parameters.items()}
    reach = given.get("reach_share", 1.0)
    if norm.unit == "people_per_work":
        return float(norm.value)
    if norm.unit == "members_per_group":
        if "household_size" in given:
            return norm.value * given["household_size"] / reach
        return norm.value / (given["adult_share"] * reach)
    if norm.unit == "m2_per_woman":
        return SQM_PER_HA / (norm.value * given["female_share"] * given["adult_share"] * reach)
    return math.nan


def norms_from_settings(settings: Mapping[str, Any]) -> dict[str, Norm]:
    """Norms of a parsed settings file, by name.

    Raises
    ------
    SettingsError
        If a norm lacks a field, or holds a value that cannot be used.
    """
    return {name: make(name, values) for name, values in settings.get("norms", {}).items()}


def sets_from_settings(settings: Mapping[str, Any], norms: Mapping[str, Norm]) -> dict[str, NormSet]:
    """Return the sets of a parsed settings file, by name.

    Raises
    ------
    SettingsError
        If a set names a norm that is not there.
    """
    found = {}
    for name, values in settings.get("sets", {}).items():
        if missing := [each for each in values.get("use", []) if each not in norms]:
            raise SettingsError(
                _("Jeu de normes « {name} » : norme inconnue « {norm} ».").format(name=name, norm=missing[0])
            )
        used = tuple(norms[each] for each in values.get("use", []))
        found[name] = NormSet(name, used, str(values.get("label_fr", "")), str(values.get("label_en", "")))
    return found


def make(name: str, values: Mapping[str, Any]) -> Norm:
    """Make one norm from its settings, checked.

    Raises
    ------
    SettingsError
        If a field is missing, unknown or holds a value that cannot be used.
    """
    read = tidied_texts(values)
    rest = {key: value for key, value in read.items() if key != "parameters"}
    try:
        parameters = {key: Parameter(**given) for key, given in read.get("parameters", {}).items()}
        norm = Norm(name=name, parameters=parameters, **rest)
    except (TypeError, AttributeError) as error:
        raise SettingsError(
            _("Norme « {name} » : champ manquant ou inconnu ({why}).").format(name=name, why=error)
        ) from error
    if fault := _fault(norm):
        raise SettingsError(_("Norme « {name} » : {fault}.").format(name=name, fault=fault))
    return norm


def _fault(norm: Norm) -> str:
    """Say what is wrong with a norm, empty where nothing is."""
    if norm.unit not in UNITS:
        return _("unité « {unit} » inconnue ; possibles : {known}").format(
            unit=norm.unit, known=", ".join(UNITS)
        )
    if norm.kind not in KINDS:
        return _("nature « {kind} » inconnue ; possibles : {known}").format(
            kind=norm.kind, known=", ".join(KINDS)
        )
    numbers = {"value": norm.value} | {key: each.value for key, each in norm.parameters.items()}
    for key, value in numbers.items():
        if not _positive(value) or (key.endswith("_share") and value > 1):
            return _("{key} = {value} n'est pas une valeur possible").format(key=key, value=value)
    if unknown := set(norm.parameters) - set(PARAMETERS):
        return _("paramètre « {name} » inconnu").format(name=min(unknown))
    if not norm.source or not all(each.source for each in norm.parameters.values()):
        return _("la source manque")
    lacking = _needed(norm) - norm.parameters.keys()
    return _("paramètre « {name} » manquant").format(name=min(lacking)) if lacking else ""


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


def _needed(norm: Norm) -> set[str]:
    if norm.unit == "m2_per_woman":
        return {"female_share", "adult_share"}
    if norm.unit == "members_per_group" and "household_size" not in norm.parameters:
        return {"adult_share"}
    return set()


def changed(norm: Norm, values: Mapping[str, Any]) -> Norm:
    """Return a norm with other values, as a reader sets them for a session; checked like a shipped one.

    ``values`` may hold fields of the norm, and parameters by their name. A value
    that is changed without a source is the programme's own: its kind becomes
    ``programme_target`` and its source says that it was set by the user.

    Raises
    ------
    SettingsError
        If a value cannot be used.
    """
    fields = {each.name for each in dataclasses.fields(Norm)} - {"name", "parameters"}
    if strange := set(values) - fields - set(PARAMETERS):
        raise SettingsError(
            _("Norme « {name} » : champ manquant ou inconnu ({why}).").format(
                name=norm.name, why=min(strange)
            )
        )
    own = {key: value for key, value in values.items() if key in fields}
    own_source = _("fixée par l'utilisateur")
    if "value" in own and own["value"] != norm.value and "source" not in own:
        by_user = {
            "source": own_source,
            "date": "",
            "label_fr": "",
            "label_en": "",
            "kind": "programme_target",
        }
        own = by_user | own
    given = {key: dataclasses.asdict(each) for key, each in norm.parameters.items()}
    given |= {
        key: {"value": value, "source": own_source}
        for key, value in values.items()
        if key in PARAMETERS and (key not in given or given[key]["value"] != value)
    }
    base = {key: getattr(norm, key) for key in fields}
    return make(norm.name, {**base, **own, "parameters": given})


def edited(norm_set: NormSet, overrides: Mapping[str, Mapping[str, Any]], *, name: str) -> NormSet:
    """Return a set with some norms changed, by their name; see :func:`changed`.

    Raises
    ------
    SettingsError
        If the set has no norm of that name, or a value cannot be used.
    """
    known = {norm.name for norm in norm_set.norms}
    if strange := sorted(set(overrides) - known):
        raise SettingsError(
            _("Jeu de normes « {name} » : norme inconnue « {norm} ».").format(name=name, norm=strange[0])
        )
    norms = tuple(changed(norm, overrides.get(norm.name, {})) for norm in norm_set.norms)
    return NormSet(name, norms, norm_set.label_fr, norm_set.label_en)


def describe(norm: Norm) -> str:
    """One line for beside every result: value and unit, kind, source and date, estimates marked."""
    parts = [value_words(norm), _(KIND_WORDS[norm.kind])]
    if norm.stand_in:
        parts.append(_("à défaut de norme nationale connue"))
    parts.append(_("source : {source}").format(source=norm.source))
    parts.append(norm.date or _("date non rapportée"))
    for key, parameter in norm.parameters.items():
        text = _("{name} {value}, estimation ({source})")
        parts.append(
            text.format(name=_(PARAMETER_WORDS[key]), value=plain(parameter.value), source=parameter.source)
        )
    return clauses(parts)


def value_words(norm: Norm) -> str:
    """``400 personnes par ouvrage``."""
    words = {
        "people_per_work": _("{value} personnes par ouvrage"),
        "members_per_group": _("{value} membres par groupe, soit {people} personnes"),
        "m2_per_woman": _("{value} m² par femme, soit {people} personnes par hectare"),
        "works_per_commune": _("{value} par commune"),
        "works_per_village": _("{value} par village"),
    }[norm.unit]
    # The label of a shipped norm names the work; one that the user changed has none.
    people = "" if norm.by_place else plain(people_per_work(norm))
    spoken = words.format(value=plain(norm.value), people=people)
    own = norm.label_en if language() == "en" else norm.label_fr
    if not own:
        return spoken
    return own if norm.unit == "people_per_work" or norm.by_place else f"{own} ({spoken})"


def plain(value: float) -> str:
    """Write a value of a norm: three decimals at most, none that says nothing."""
    rounded = round(value, 3)
    decimals = len(f"{rounded:.3f}".rstrip("0").partition(".")[2])
    return number(rounded, decimals)
