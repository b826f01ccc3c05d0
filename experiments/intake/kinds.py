"""Kinds of users' tables: which fields a kind has, how its headers may be spelt, which fields it cannot do without."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One field of a kind of table. ``spellings`` are headers that mean it, in any case and punctuation."""

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
        """Names of the fields the kind cannot do without."""
        return tuple(f.name for f in self.fields if f.required)


_AGENT = (
    "sales_agent", "agent", "sales rep", "rep", "representative", "salesperson", "seller", "owner", "opportunity owner", "deal owner",
    "sales_person", "employee", "销售", "销售员", "销售代表", "业务员", "负责人",
)  # fmt: skip
_ACCOUNT = (
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
_PRODUCT = ("product", "product name", "item", "sku", "产品", "产品名称", "商品")
_CURRENCY = Field(
    "currency",
    "currency of the amounts of the row",
    (
        "currency", "currency code", "currency iso code", "transaction currency", "deal currency", "document currency",
        "curr", "ccy", "währung", "devise", "moneda", "valuta", "币种", "货币", "币别",
    ),
)  # fmt: skip

OPPORTUNITIES = Kind(
    "opportunities",
    "deals: who sells what to whom, the state, when opened and decided, for how much",
    (
        Field(
            "id",
            "number of the deal",
            ("opportunity_id", "opportunity", "deal_id", "deal", "id", "opp id", "商机编号", "编号"),
        ),
        Field("agent", "rep who has the deal", _AGENT, required=True),
        Field("product", "product offered", _PRODUCT, required=True),
        Field("account", "customer", _ACCOUNT, required=True),
        Field(
            "stage",
            "won, lost or still open",
            ("deal_stage", "stage", "status", "state", "stage name", "outcome", "阶段", "状态", "销售阶段"),
            required=True,
        ),
        Field(
            "opened",
            "day the deal was opened",
            (
                "engage_date",
                "open date",
                "opened",
                "created",
                "created date",
                "create_date",
                "start date",
                "creation date",
                "创建日期",
                "开始日期",
                "立项日期",
            ),
        ),
        Field(
            "closed",
            "day the deal was won or lost",
            (
                "close_date",
                "closed",
                "closed date",
                "decision date",
                "end date",
                "won date",
                "关闭日期",
                "成交日期",
                "结束日期",
            ),
            required=True,
        ),
        Field(
            "value",
            "value of the deal when won",
            ("close_value", "value", "amount", "deal value", "revenue", "deal size", "金额", "成交金额", "合同金额"),
            required=True,
        ),
        Field("units", "units sold with the deal", ("units", "quantity", "qty", "数量")),
        _CURRENCY,
    ),
)
ROSTER = Kind(
    "roster",
    "reps with their managers and regional offices",
    (
        Field("agent", "rep", _AGENT, required=True),
        Field(
            "manager",
            "the rep's manager",
            ("manager", "sales manager", "supervisor", "team lead", "team", "boss", "经理", "销售经理", "主管", "团队"),
        ),
        Field(
            "office",
            "regional office",
            ("regional_office", "office", "region", "territory", "area", "branch", "区域", "大区", "办事处", "地区"),
        ),
    ),
    never=("stage", "closed"),
)
ACCOUNTS = Kind(
    "accounts",
    "customers with their marks",
    (
        Field("account", "customer", _ACCOUNT, required=True),
        Field(
            "sector",
            "line of business",
            ("sector", "industry", "line of business", "vertical", "branch of trade", "行业"),
        ),
        Field(
            "founded",
            "year of foundation",
            ("year_established", "founded", "established", "year founded", "成立年份", "成立时间"),
        ),
        Field("revenue", "yearly revenue", ("revenue", "annual revenue", "turnover", "营业额", "年收入", "营收")),
        Field(
            "employees",
            "employees",
            ("employees", "number of employees", "headcount", "staff", "size", "员工数", "人数"),
        ),
        Field(
            "location",
            "place of the office",
            ("office_location", "location", "country", "city", "address", "所在地", "国家", "城市", "地址"),
        ),
        Field(
            "parent",
            "company it belongs to",
            ("subsidiary_of", "parent", "parent account", "parent company", "group", "母公司", "上级公司"),
        ),
    ),
    never=("stage", "closed"),
)
PRODUCTS = Kind(
    "products",
    "products with their list prices",
    (
        Field("product", "product", _PRODUCT, required=True),
        Field(
            "series", "family of products", ("series", "family", "product family", "line", "category", "系列", "类别")
        ),
        Field(
            "list_price",
            "price per unit on the list",
            ("sales_price", "list price", "price", "unit price", "单价", "价格", "销售价", "标价"),
            required=True,
        ),
        Field("unit_cost", "cost per unit", ("unit cost", "cost", "cogs", "standard cost", "成本", "单位成本")),
        _CURRENCY,
    ),
    never=("stage", "closed"),
)

TRANSACTIONS = Kind(
    "transactions",
    "lines of invoices: who bought what, when, how much, at which price",
    (
        Field(
            "invoice",
            "number of the invoice",
            (
                "invoice",
                "invoice_no",
                "invoice number",
                "invoice id",
                "invoice_item_number",
                "order id",
                "order number",
                "order no",
                "document number",
                "receipt",
                "transaction id",
                "billing document",
                "num",
                "number",
                "rechnungsnummer",
                "rechnung",
                "belegnummer",
                "factura",
                "numéro de facture",
                "发票号",
                "发票号码",
                "订单号",
                "单号",
            ),
        ),
        Field(
            "product",
            "product",
            (
                "stock_code",
                "sku",
                "product code",
                "product id",
                "item code",
                "item number",
                "item no",
                "article",
                "article number",
                "material",
                "product/service",
                "lineitem sku",
                "lineitem name",
                "artikel",
                "artikelnummer",
                "artikelnr",
                "produit",
                "producto",
                "产品编号",
                "商品编码",
                "货号",
                *_PRODUCT,
            ),
            required=True,
        ),
        Field(
            "description",
            "name of the product",
            ("description", "product description", "item description", "product name", "item name", "品名", "描述"),
        ),
        Field(
            "group",
            "group of products",
            ("product group", "product category", "category_name", "category", "family", "department", "品类", "类别"),
        ),
        Field(
            "quantity",
            "pieces sold; below 0 when taken back",
            (
                "quantity",
                "qty",
                "units",
                "pieces",
                "units sold",
                "bottles_sold",
                "billed quantity",
                "lineitem quantity",
                "menge",
                "anzahl",
                "quantité",
                "cantidad",
                "数量",
            ),
            required=True,
        ),
        Field(
            "day",
            "day of the invoice",
            (
                "invoice_date",
                "date",
                "order date",
                "transaction date",
                "posting date",
                "sale date",
                "billing date",
                "document date",
                "created at",
                "datum",
                "rechnungsdatum",
                "belegdatum",
                "date de facture",
                "fecha",
                "日期",
                "发票日期",
                "订单日期",
            ),
            required=True,
        ),
        Field(
            "price",
            "price per piece",
            (
                "unit_price",
                "price",
                "price per unit",
                "sales price",
                "lineitem price",
                "einzelpreis",
                "preis",
                "prix unitaire",
                "precio",
                "单价",
                "价格",
            ),
        ),
        Field(
            "value",
            "value of the line",
            (
                "line total",
                "line amount",
                "amount",
                "net amount",
                "total",
                "sales",
                "revenue",
                "value",
                "sale_dollars",
                "net value",
                "subtotal",
                "sales value",
                "betrag",
                "nettobetrag",
                "umsatz",
                "montant",
                "importe",
                "金额",
                "销售额",
            ),
        ),
        Field(
            "customer",
            "customer",
            (
                "customer_id",
                "customer number",
                "customer no",
                "customer code",
                "client id",
                "account id",
                "buyer",
                "store_number",
                "sold-to party",
                "partner",
                "kunde",
                "kundennummer",
                "kundennr",
                "debitor",
                "cliente",
                "email",
                "客户编号",
                *_ACCOUNT,
                "name",
            ),
            required=True,
        ),
        _CURRENCY,
        Field("country", "country of the customer", ("country", "country code", "国家")),
        Field(
            "region",
            "region of the customer",
            ("region", "state", "province", "county", "district", "city", "地区", "省份", "城市"),
        ),
        Field(
            "postcode", "postcode of the customer", ("postcode", "post code", "postal code", "zip_code", "zip", "邮编")
        ),
    ),
)

CRM_KINDS = (OPPORTUNITIES, ROSTER, ACCOUNTS, PRODUCTS)
TRANSACTION_KINDS = (TRANSACTIONS,)
