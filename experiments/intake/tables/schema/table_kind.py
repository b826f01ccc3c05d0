"""A kind of table: which fields it has, how their headers may be spelled, which fields are required."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One field of a kind of table. ``spellings`` are headers that mean it, whatever their case and punctuation."""

    name: str
    meaning: str
    spellings: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of table, recognised by its headers. ``never`` names fields of other kinds that rule it out."""

    name: str
    meaning: str
    fields: tuple[Field, ...]
    never: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        """The field called ``name``; KeyError when the kind has none."""
        return next(f for f in self.fields if f.name == name)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the required fields."""
        return tuple(f.name for f in self.fields if f.required)


#: Spellings and fields that several kinds share.
ACCOUNT_SPELLINGS = (
    "account",
    "account name",
    "customer",
    "customer name",
    "client",
    "company",
    "associated company",
    "organization",
    "客户",
    "客户名称",
    "公司",
)
PRODUCT_SPELLINGS = ("product", "product name", "item", "sku", "产品", "产品名称", "商品")
CURRENCY_FIELD = Field(
    "currency",
    "currency of the amounts of the row",
    (
        "currency", "currency code", "currency iso code", "transaction currency", "deal currency", "document currency",
        "curr", "ccy", "währung", "devise", "moneda", "valuta", "币种", "货币", "币别",
    ),
)  # fmt: skip
