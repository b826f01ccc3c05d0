"""The tables of a CRM export: opportunities, roster, accounts, products."""

from __future__ import annotations

from experiments.intake.tables.schema.table_kind import (
    ACCOUNT_SPELLINGS,
    CURRENCY_FIELD,
    PRODUCT_SPELLINGS,
    Field,
    Kind,
)

_AGENT = (
    "sales_agent", "agent", "sales rep", "rep", "representative", "salesperson", "seller", "owner", "opportunity owner", "deal owner",
    "sales_person", "employee", "销售", "销售员", "销售代表", "业务员", "负责人",
)  # fmt: skip

OPPORTUNITIES = Kind(
    "opportunities",
    "deals: who sells what to whom, the stage, when opened and decided, for how much",
    (
        Field(
            "id",
            "number of the deal",
            ("opportunity_id", "opportunity", "deal_id", "deal", "id", "opp id", "商机编号", "编号"),
        ),
        Field("agent", "rep who owns the deal", _AGENT, required=True),
        Field("product", "product offered", PRODUCT_SPELLINGS, required=True),
        Field("account", "customer", ACCOUNT_SPELLINGS, required=True),
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
        CURRENCY_FIELD,
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
    "customers with their attributes",
    (
        Field("account", "customer", ACCOUNT_SPELLINGS, required=True),
        Field(
            "sector",
            "line of business",
            ("sector", "industry", "line of business", "vertical", "branch of trade", "行业"),
        ),
        Field(
            "founded",
            "year founded",
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
            "location of the office",
            ("office_location", "location", "country", "city", "address", "所在地", "国家", "城市", "地址"),
        ),
        Field(
            "parent",
            "parent company",
            ("subsidiary_of", "parent", "parent account", "parent company", "group", "母公司", "上级公司"),
        ),
    ),
    never=("stage", "closed"),
)
PRODUCTS = Kind(
    "products",
    "products with their list prices",
    (
        Field("product", "product", PRODUCT_SPELLINGS, required=True),
        Field("series", "product family", ("series", "family", "product family", "line", "category", "系列", "类别")),
        Field(
            "list_price",
            "list price per unit",
            ("sales_price", "list price", "price", "unit price", "单价", "价格", "销售价", "标价"),
            required=True,
        ),
        Field("unit_cost", "cost per unit", ("unit cost", "cost", "cogs", "standard cost", "成本", "单位成本")),
        CURRENCY_FIELD,
    ),
    never=("stage", "closed"),
)

CRM_KINDS = (OPPORTUNITIES, ROSTER, ACCOUNTS, PRODUCTS)
