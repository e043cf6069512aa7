"""The sentences of an estimate."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from mappings.ordering.tariffs import AreaRow, RangeRow, SceneRow, Tranche
from mappings.words import Text, money, number

ESTIMATE_ONLY = Text(
    "Estimation seulement, ni devis ni engagement : le prix est celui que le vendeur confirme",
    "An estimate only, neither a quotation nor a commitment: the price is the one that the seller confirms",
)
NO_PRODUCT = Text(
    "Aucun tarif n’est connu pour cette image : demander à DINAMIS",
    "No tariff is known for this image: ask DINAMIS",
)
NO_CLIENT = Text(
    "Le tarif d’un prestataire est celui de son client public, qui n’est pas connu : demander à DINAMIS",
    "A contractor’s tariff is its public client’s, who is not known: ask DINAMIS",
)
NOTHING = Text("Rien à commander", "Nothing to order")
ONLY_MONO = Text(
    "Aucun tarif n’est connu pour la stéréo de ce produit : demander au vendeur",
    "No tariff is known for stereo of this product: ask the seller",
)


def minimum_line(km2: int) -> Text:
    """That the minimum area counts."""
    return Text(
        f"Surface minimale appliquée : {number(km2, 'fr')} km² par demande",
        f"Minimum area applied: {number(km2, 'en')} km² a request",
    )


def area_lines(row: AreaRow, billed: Decimal, unit: Decimal, views: int) -> tuple[Text, ...]:
    """How a price per km² was reached."""
    times_fr, times_en = (f" × {views} vues", f" × {views} views") if views > 1 else ("", "")
    rate = Text(f"{money(unit, 'fr')}/km²{times_fr}", f"{money(unit, 'en')}/km²{times_en}")
    if not row.quota_high_km2:
        return (Text(f"{number(billed, 'fr')} km² à {rate.fr}", f"{number(billed, 'en')} km² at {rate.en}"),)
    low, high = row.quota_low_km2, row.quota_high_km2
    quota = Text(
        f"Gratuit dans le quota, de {number(low, 'fr')} à {number(high, 'fr')} km² par demande ; au-delà {rate.fr}",
        f"Free within the quota of {number(low, 'en')} to {number(high, 'en')} km² a request; beyond it {rate.en}",
    )
    if billed <= low:
        return (quota, Text("La demande tient dans le quota", "The request is within the quota"))
    if billed <= high:
        return (
            quota,
            Text(
                "Dépend du quota en vigueur : gratuit au plus haut, montant indiqué au plus bas",
                "Depends on the quota in force: free at its highest, the amount given at its lowest",
            ),
        )
    return (
        quota,
        Text(
            f"Au-delà du quota : de {number(billed - high, 'fr')} à {number(billed - low, 'fr')} km² payants, selon le quota en vigueur",
            f"Beyond the quota: {number(billed - high, 'en')} to {number(billed - low, 'en')} km² charged, depending on the quota in force",
        ),
    )


def range_lines(row: RangeRow, billed: Decimal) -> tuple[Text, ...]:
    """How public prices were reached."""
    return (
        Text(
            f"{number(billed, 'fr')} km² de {money(row.low, 'fr')} à {money(row.high, 'fr')} le km²",
            f"{number(billed, 'en')} km² at {money(row.low, 'en')} to {money(row.high, 'en')} a km²",
        ),
    )


def scene_lines(row: SceneRow, scenes: int, bought: Sequence[Tranche]) -> tuple[Text, ...]:
    """How the price of scene attempts was reached."""
    first = Text(
        f"{scenes} tentative(s) de scène, dont {row.free} gratuites par demande",
        f"{scenes} scene attempt(s), {row.free} of them free a request",
    )
    counts = Counter((tranche.scenes, tranche.price) for tranche in bought)
    return (
        first,
        *(
            Text(
                f"{count} tranche(s) de {size} tentatives à {money(price, 'fr')}",
                f"{count} tranche(s) of {size} attempts at {money(price, 'en')}",
            )
            for (size, price), count in counts.items()
        ),
    )
