"""The words of headings and of values as partners write them, folded; French, English and HXL.

Tables only: :mod:`geo.headings` says how they are used.
"""

import re
from collections.abc import Mapping
from typing import Final


def _words(table: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(words.split()) for name, words in table.items()}


# Each record column with the headings that mean it. water_months, position, utm_zone and period are
# read into other columns.
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = _words(
    {
        "record_key": "record_key id identifiant code_activite activity_id cle uuid",
        "project_code": (
            "project_code code_projet projet project code_du_projet id_projet project_id "
            "nom_du_projet intitule_du_projet titre_du_projet project_name project_title titre "
            "intitule"
        ),
        "implementing_org": (
            "implementing_org organisation organization partenaire_de_mise_en_oeuvre "
            "organisation_de_mise_en_oeuvre implementing_partner partenaire ong org acronyme "
            "org_acronym organisation_acronyme mise_en_oeuvre operateur nom_de_l_organisation "
            "organisation_accronyme partenaire_d_execution implementing_organization structure agence "
            "organisme nom_ong nom_de_l_ong qui who"
        ),
        "donor": (
            "donor bailleur bailleurs bailleur_de_fonds donateur funder financement financeur "
            "source_de_financement donors funding"
        ),
        "partner_orgs": (
            "partner_orgs partenaires appui organisation_d_appui supporting_org en_partenariat_avec "
            "partners partenaires_locaux autres_partenaires other_partners"
        ),
        "sector": "sector secteur cluster domaine secteurs",
        "activity_type": (
            "activity_type type_activite type_d_activite type activite activity activites quoi what "
            "type_d_intervention activity_description"
        ),
        "subtype": "subtype sous_type type_d_ouvrage type_ouvrage modele",
        "activity_status": (
            "activity_status statut status statut_activite statut_de_l_activite etat_d_avancement "
            "etat_de_l_activite etat_du_projet statut_du_projet project_status"
        ),
        "functionality": (
            "functionality functionality_main fonctionnalite etat etat_fonctionnel "
            "etat_de_fonctionnement fonctionnement state "
            # Asked as a question, as in forms: « Fonctionnel ? » oui, non.
            "fonctionnel fonctionnelle est_fonctionnel est_il_fonctionnel point_d_eau_fonctionnel fonctionne "
            "functional is_functional"
        ),
        "water_months": "water_months mois_d_eau nombre_de_mois_d_eau mois_avec_eau",
        "observed_on": (
            "observed_on date_observation date_d_observation date_du_releve date_releve observe_le "
            "date_de_visite date_de_collecte date_observed"
        ),
        "start_date": "start_date debut date_debut date_de_debut start date_of_start date_start",
        "end_date": "end_date fin date_fin date_de_fin end date_of_end date_end",
        "quantity": (
            "quantity quantite nombre nb nombre_d_ouvrages effectif nombre_realise nombre_d_unites "
            "qte number count nbre nbr nombre_total"
        ),
        "area_ha": "area_ha superficie_ha superficie surface_ha ha area",
        "amount": (
            "amount montant budget cout montant_total budget_total cout_total budget_du_projet "
            "montant_du_projet budget_global total_budget"
        ),
        "currency": "currency devise monnaie",
        "household_size": "household_size taille_menage taille_du_menage",
        "targeted_people": (
            "targeted_people personnes_ciblees cible cibles people_targeted personnes_visees "
            "beneficiaires_cibles beneficiaires_prevus"
        ),
        "reached_people": (
            "reached_people personnes_atteintes atteints people_reached beneficiaires "
            "beneficiaires_atteints beneficiaires_touches nombre_de_beneficiaires nb_beneficiaires "
            "personnes_touchees beneficiaries"
        ),
        "targeted_households": "targeted_households menages_cibles households_targeted",
        "reached_households": "reached_households menages_atteints households_reached",
        "reached_people_female": "reached_people_female femmes femmes_atteintes female",
        "reached_people_male": "reached_people_male hommes hommes_atteints male",
        "provider_adm1_name": (
            "provider_adm1_name region wilaya admin1 admin_1 adm1_name adm1_fr region_wilaya "
            "nom_region nom_de_la_region admin1_name admin1name adm1 adm1_en region_name"
        ),
        "provider_adm2_name": (
            "provider_adm2_name cercle moughataa admin2 admin_2 adm2_name adm2_fr departement "
            "cercle_moughataa nom_cercle nom_du_cercle admin2_name admin2name adm2 adm2_en "
            "cercle_name"
        ),
        "provider_adm3_name": (
            "provider_adm3_name commune admin3 admin_3 adm3_name adm3_fr nom_commune "
            "nom_de_la_commune admin3_name admin3name adm3 adm3_en commune_name"
        ),
        "provider_place_text": (
            "provider_place_text zone zones zone_d_intervention zones_d_intervention "
            "zone_intervention zone_du_projet zones_du_projet zone_geographique zone_de_couverture "
            "zones_de_couverture couverture_geographique lieux lieux_d_intervention "
            "lieu_d_intervention localisation ou where location locations"
        ),
        "provider_locality": (
            "provider_locality localite village site quartier locality lieu nom_du_village "
            "nom_village nom_du_site nom_site"
        ),
        "provider_adm1_pcode": (
            "provider_adm1_pcode adm1_pcode admin1_pcode code_region pcode_region admin1pcod "
            "admin1pcode adm1_code code_adm1 pcode_adm1 region_pcode region_p_code"
        ),
        "provider_adm2_pcode": (
            "provider_adm2_pcode adm2_pcode admin2_pcode code_cercle pcode_cercle admin2pcod "
            "admin2pcode adm2_code code_adm2 pcode_adm2 cercle_pcode cercle_p_code"
        ),
        "provider_adm3_pcode": (
            "provider_adm3_pcode adm3_pcode admin3_pcode code_commune pcode_commune pcode p_code "
            "admin3pcod admin3pcode adm3_code code_adm3 pcode_adm3 commune_pcode commune_p_code"
        ),
        "provider_vintage": "provider_vintage vintage millesime version_limites",
        "longitude": "longitude lon long lng x coord_x gps_longitude geo_lon easting",
        "position": (
            "position gps coordonnees coordonnees_gps coordinates point_gps geopoint lat_long lat_lon "
            "latitude_longitude position_gps geolocalisation utm position_utm coordonnees_utm"
        ),
        "utm_zone": "utm_zone zone_utm fuseau fuseau_utm",
        "period": (
            "period periode periode_d_execution periode_de_mise_en_oeuvre periode_du_projet duree "
            "duree_du_projet dates calendrier quand when"
        ),
        "latitude": "latitude lat y coord_y gps_latitude geo_lat northing",
        "remarks": "remarks remarques observations commentaires comments description",
    }
)

HXL_TAGS: Final[Mapping[str, str]] = {
    "#org+impl": "implementing_org",
    "#org+name": "implementing_org",
    "#org+funder": "donor",
    "#sector": "sector",
    "#activity": "activity_type",
    "#activity+type": "activity_type",
    "#status": "activity_status",
    "#adm1+name": "provider_adm1_name",
    "#adm2+name": "provider_adm2_name",
    "#adm3+name": "provider_adm3_name",
    "#adm1+code": "provider_adm1_pcode",
    "#adm2+code": "provider_adm2_pcode",
    "#adm3+code": "provider_adm3_pcode",
    "#loc+name": "provider_locality",
    "#geo+coord": "position",
    "#date+reported": "observed_on",
    "#value": "amount",
    "#value+currency": "currency",
    "#org+partner": "partner_orgs",
    "#activity+id": "record_key",
    "#activity+code": "record_key",
    "#geo+lon": "longitude",
    "#geo+lat": "latitude",
    "#date+start": "start_date",
    "#date+end": "end_date",
    "#reached": "reached_people",
    "#targeted": "targeted_people",
    "#reached+f": "reached_people_female",
    "#reached+m": "reached_people_male",
    "#reached+hh": "reached_households",
    "#targeted+f": "targeted_people_female",
    "#targeted+m": "targeted_people_male",
    "#targeted+hh": "targeted_households",
}

# States and statuses.
FUNCTIONALITY_VALUES: Final[Mapping[str, tuple[str, ...]]] = _words(
    {
        "functional": "functional fonctionnel fonctionnelle fonctionne en_service bon working",
        "functional_seasonal": "functional_seasonal fonctionnel_saisonnier saisonnier seasonal",
        "partly": "partly partiellement_fonctionnel partiel partially_functional",
        "broken": "broken en_panne panne hors_service non_fonctionnel not_functional",
        "dry": "dry sec tari a_sec seche",
        "not_used": "not_used non_utilise abandonne unused abandoned",
        "unknown": "unknown inconnu non_renseigne ne_sait_pas",
    }
)

# What an answer means where the heading asks whether works run; under « En panne ? » it would mean
# the opposite, so under no other heading.
ASKS_WHETHER_WORKING: Final = re.compile(
    r"(?!(?:.*_)?(?:non|pas|not|hors)_)(?:.*_)?(?:fonctionnel(?:le)?|fonctionne|functional)"
)
ANSWERS: Final[Mapping[str, tuple[str, ...]]] = _words(
    {"functional": "oui yes o y", "broken": "non no n", "unknown": "nsp"}
)

STATUS_VALUES: Final[Mapping[str, tuple[str, ...]]] = _words(
    {
        "planned": "planned prevu prevue planifie planifiee a_venir",
        "ongoing": "ongoing en_cours in_progress actif active",
        "completed": "completed termine terminee acheve achevee realise realisee done",
        "suspended": "suspended suspendu suspendue arrete stopped",
    }
)
