"""The classes of users that the licence table speaks of (architecture, "Access")."""

from enum import StrEnum


class UserClass(StrEnum):
    PUBLIC_ACTOR = "public-actor"  # authorised institutional user (UIA): State, regions, communes, public bodies, associations
    SCIENTIST = "scientist"  # French scientist, of a public laboratory
    FOREIGN_SCIENTIST = "foreign-scientist"  # scientific partner abroad, through a French partner
    EUROPEAN_LABORATORY = "european-laboratory"  # Pléiades only
    COMPANY_RD = "company-rd"  # private company, for its research and development
    CONTRACTOR = "contractor"  # private contractor of a public body, for that contract
    OTHER_PRIVATE = "other-private"
    ANONYMOUS = "anonymous"
    OPERATOR = "operator"  # runs this catalogue


OUTSIDERS = frozenset({UserClass.OTHER_PRIVATE, UserClass.ANONYMOUS})
