"""Files that nobody means well by: scenarios, policies and designs made by code, each a kind of its own."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable
from pathlib import Path

from tests.experiments.hostile_texts import BIG, DOTS, TEXTS

#: Writes what is hostile into a folder and says which file to check.
Maker = Callable[[Path], str]

HEAD = 'extends = "tiny"\nname = "x"\n'
POLICY = 'name = "p"\nextends = "status_quo"\n'
DESIGN = 'scenario = "tiny"\nreplications = 1\nweeks = 2\n[[policy]]\nname = "status_quo"\n'
LOYALTY = '[futures.factors."params.choice.loyalty"]\nlow = 2.5\nhigh = 5.0\n'


def _file(text: str | bytes, name: str = "x.toml") -> Maker:
    def make(folder: Path) -> str:
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        (folder / name).write_bytes(data)
        return str(folder / name)

    return make


def _given(text: str) -> Maker:
    return lambda folder: text


def _scenario(text: str) -> Maker:
    return _file(HEAD + text)


def _policy(text: str) -> Maker:
    return _file(POLICY + text)


def _design(text: str) -> Maker:
    return _file(DESIGN + text)


def _chain(length: int, head: str, closed: bool = False) -> Maker:
    """Files that extend each other: ``length`` of them, in a circle when ``closed``."""

    def make(folder: Path) -> str:
        for number in range(length):
            last = number == length - 1
            parent = f"c{number + 1}.toml" if not last else "c0.toml" if closed else head
            (folder / f"c{number}.toml").write_text(f'extends = "{parent}"\n', encoding="utf-8")
        return str(folder / "c0.toml")

    return make


def _with(special: Callable[[Path], object], text: str) -> Maker:
    """A file that names ``special`` (made in the folder) as FOLDER/special."""

    def make(folder: Path) -> str:
        special(folder / "special")
        return _file(text.replace("SPECIAL", (folder / "special").as_posix()))(folder)

    return make


def _itself(special: Callable[[Path], object]) -> Maker:
    def make(folder: Path) -> str:
        special(folder / "special.toml")
        return str(folder / "special.toml")

    return make


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _socket(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)  # the name of a socket may only be short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _sparse(path: Path) -> None:
    with path.open("wb") as made:
        made.truncate(1 << 42)


def _table(rows: str | bytes, kind: str = "roster", suffix: str = ".csv") -> Maker:
    def make(folder: Path) -> str:
        data = rows if isinstance(rows, bytes) else rows.encode()
        (folder / f"t{suffix}").write_bytes(data)
        return _scenario(f'[data]\n{kind} = "t{suffix}"\n')(folder)

    return make


def _points(rows: str | bytes, suffix: str = ".csv") -> Maker:
    def make(folder: Path) -> str:
        (folder / f"p{suffix}").write_bytes(rows if isinstance(rows, bytes) else rows.encode())
        return _design(f'[futures]\nmethod = "file"\nfile = "p{suffix}"\n')(folder)

    return make


def _grid(factors: int, levels: int) -> str:
    paths = [f'[futures.factors.f{k}]\npath = "params.choice.loyalty"\n' for k in range(factors)]
    return '[futures]\nmethod = "grid"\n' + "".join(
        f"{path}levels = [{', '.join(str(2 + level / 1000) for level in range(levels))}]\n" for path in paths
    )


LONG = "x" * 5000
SPECIAL: dict[str, Callable[[Path], object]] = {
    "endless": _endless,
    "pipe": os.mkfifo,
    "socket": _socket,
    "loop": _loop,
    "sparse": _sparse,
    "folder": Path.mkdir,
}
NASTY: dict[str, Maker] = {
    **{f"scenario_{name}": _scenario(text) for name, text in TEXTS.items()},
    **{f"policy_{name}": _policy(text) for name, text in TEXTS.items()},
    **{f"design_{name}": _file(f"{text}{DESIGN.replace('weeks = 2', '')}") for name, text in TEXTS.items()},
    **{f"{name}_as_a_file": _itself(special) for name, special in SPECIAL.items()},
    **{f"{name}_extended": _with(special, 'extends = "SPECIAL"\n') for name, special in SPECIAL.items()},
    **{
        f"{name}_as_{kind}": _with(special, f'{HEAD}[data]\n{kind} = "SPECIAL"\n')
        for name, special in SPECIAL.items()
        for kind in ("roster", "ties")
    },
    **{
        f"{name}_rolled_out": _with(special, f'{HEAD}[[change]]\nweek = 2\npolicy = "SPECIAL"\n')
        for name, special in SPECIAL.items()
    },
    **{
        f"{name}_as_futures": _with(special, f'{DESIGN}[futures]\nmethod = "file"\nfile = "SPECIAL"\n')
        for name, special in SPECIAL.items()
    },
    **{
        f"{name}_as_the_scenario_of_a_design": _with(special, DESIGN.replace('"tiny"', '"SPECIAL"'))
        for name, special in SPECIAL.items()
    },
    **{
        f"{name}_as_the_policy_of_a_design": _with(special, f'{DESIGN}policy = "SPECIAL"\n')
        for name, special in SPECIAL.items()
    },
    **{
        f"{kind}_named_{name}": maker(path)
        for name, path in {
            "too_long": LONG,
            "too_long_toml": f"{LONG}.toml",
            "nobodys_home": "~nouser-at-all/x.toml",
            "nobodys_home_alone": "~nouser-at-all",
            "home": "~",
            "deep": "a/" * 3000 + "x.toml",
            "null": "a\\u0000b.toml",
            "surrogate": "a\\\\udcff.toml",
            "dots": "..",
            "blank": " ",
            "empty": "",
            "device": "/dev/null",
            "process": "/proc/self/mem",
            "emoji": "\\U0001F4A9.toml",
        }.items()
        for kind, maker in {
            "extended": lambda path: _file(f'extends = "{path}"\n'),
            "roster": lambda path: _scenario(f'[data]\nroster = "{path}"\n'),
            "change": lambda path: _scenario(f'[[change]]\nweek = 2\npolicy = "{path}"\n'),
            "futures": lambda path: _design(f'[futures]\nmethod = "file"\nfile = "{path}"\n'),
            "design_scenario": lambda path: _file(DESIGN.replace("tiny", path)),
            "design_policy": lambda path: _design(f'policy = "{path}"\n'),
        }.items()
    },
    **{
        f"given_{name}": _given(text)
        for name, text in {
            "too_long": LONG,
            "too_long_toml": f"{LONG}.toml",
            "null": "a\0b.toml",
            "surrogate": "a\udcff.toml",
            "nobodys_home": "~nouser-at-all/x.toml",
            "blank": " ",
            "device": "/dev/zero",
            "process": "/proc/self/mem",
            "folder": "/",
        }.items()
    },
    "chain_of_3000": _chain(3000, "tiny"),
    "chain_of_3000_policies": _chain(3000, "status_quo"),
    "circle_of_one": _chain(1, "", closed=True),
    "circle_of_500": _chain(500, "", closed=True),
    "grid_of_a_billion": _design(_grid(3, 1000)),
    "grid_of_a_googol": _design(_grid(50, 100)),
    "levers_of_a_billion": _design(
        '[levers]\nmethod = "grid"\n'
        + "".join(
            f'[levers.factors."policy.pay.{key}"]\nlevels = {[k / 10_000 for k in range(1000)]}\n'
            for key in ("commission", "quota_bonus", "base")
        )
    ),
    "levers_of_a_million": _design(
        '[levers]\nmethod = "sobol"\nsize = 1_000_000\n[levers.factors."policy.pay.commission"]\nlow = 0.0\nhigh = 0.1\n'
    ),
    "a_million_morris": _design(f'[futures]\nmethod = "morris"\nsize = 1_000_000\n{LOYALTY}'),
    "a_million_saltelli": _design(f'[futures]\nmethod = "saltelli"\nsize = 1_000_000\n{LOYALTY}'),
    "a_million_sobol_and_fresh": _design(
        f'[futures]\nmethod = "sobol"\nsize = 1_000_000\nfresh = 1_000_000\n{LOYALTY}'
    ),
    "a_million_replications": _file(
        DESIGN.replace("replications = 1", "replications = 1_000_000")
        + f'[futures]\nmethod = "sobol"\nsize = 100_000\n{LOYALTY}'
    ),
    "thirty_thousand_factors": _design(
        '[futures]\nmethod = "sobol"\nsize = 4\n'
        + "".join(f"[futures.factors.f{k}]\nlow = 0\nhigh = 1\n" for k in range(30_000))
    ),
    "five_thousand_policies": _file(DESIGN + "".join(f'[[policy]]\nname = "n{k}"\n' for k in range(5000))),
    "ten_thousand_horizons": _file(DESIGN.replace("weeks = 2", f"weeks = {list(range(1, 5200))}")),
    "a_search_of_a_hundred_million": _design(
        '[levers]\nbase = "status_quo"\n[levers.factors."policy.pay.commission"]\nlow = 0.0\nhigh = 0.1\n'
        '[optimise]\nobjectives = ["contribution"]\npopulation = 10_000\ngenerations = 10_000\n'
    ),
    **{
        f"wildcard_{name}": _design(
            f'[futures]\nmethod = "sobol"\nsize = 4\n[futures.factors.w]\npath = "{pattern}"\ntimes = true\nlow = 0.9\nhigh = 1.1\n'
        )
        for name, pattern in {
            "of_stars": "*" * 5000 + "!",
            "that_goes_back": "*a*" * 40 + "!",
            "of_letters_and_stars": "*".join("customer_type_first_need") * 20 + "!",
            "of_all": "*",
            "long": "a" * 1_000_000 + "*",
        }.items()
    },
    "factor_ends_beyond_floats": _design(
        f'[futures]\nmethod = "sobol"\nsize = 4\n[futures.factors."params.choice.loyalty"]\nlow = 0\nhigh = {"9" * 320}\n'
    ),
    "factor_ends_that_overflow": _design(
        '[futures]\nmethod = "sobol"\nsize = 4\n[futures.factors."params.choice.loyalty"]\nlow = -1.7e308\nhigh = 1.7e308\n'
    ),
    "factor_of_tiny_range": _design(
        '[futures]\nmethod = "sobol"\nsize = 4\n[futures.factors."params.choice.loyalty"]\nlow = 5e-324\nhigh = 1.7e308\nlog = true\n'
    ),
    "factor_not_a_number": _design(
        '[futures]\nmethod = "sobol"\nsize = 4\n[futures.factors."params.choice.loyalty"]\nlow = nan\nhigh = inf\n'
    ),
    "whole_factor_of_huge_range": _design(
        '[futures]\nmethod = "sobol"\nsize = 4\n[futures.factors."world.customers"]\nlow = 1\nhigh = 1e300\nwhole = true\n'
    ),
    "target_of_400_digits": _design(f'[[target]]\nkpi = "contribution"\nat_least = {"9" * 299}\n'),
    "levels_of_many_kinds": _design(
        '[futures]\nmethod = "grid"\n[futures.factors."params.choice.loyalty"]\nlevels = [1, "a", true, 2.5]\n'
    ),
    "ten_thousand_territories": _scenario(
        "".join(f'[[territory]]\nname = "t{k}"\nshare = 0.0\n' for k in range(10_000))
    ),
    "twenty_thousand_neighbours": _scenario(
        '[[territory]]\nname = "north"\nneighbours = [' + ",".join(f'"n{k}"' for k in range(20_000)) + "]\n"
    ),
    "ten_thousand_of_one_name": _scenario('[[offer]]\nname = "same"\n' * 10_000),
    "ten_thousand_changes": _scenario(
        "".join(f'[[change]]\nweek = {1 + k % 26}\nset = {{ "policy.pay.commission" = 0.01 }}\n' for k in range(10_000))
    ),
    "ten_thousand_changes_of_territories": _scenario(
        "".join(
            f'[[change]]\nweek = {1 + k % 26}\nterritories = ["north"]\nset = {{ "policy.pay.commission" = {k / 1e6} }}\n'
            for k in range(10_000)
        )
    ),
    "name_of_a_million_letters": _file(f'extends = "tiny"\nname = "{"n" * 1_000_000}"\n'),
    "kind_of_a_million_letters": _scenario(f'[policy.pay]\nkind = "{"n" * 1_000_000}"\n'),
    "question_of_a_million_letters": _scenario(f'[policy.{"q" * 1_000_000}]\nkind = "x"\n'),
    "brand_of_a_million_letters": _scenario(f'[[offer]]\nname = "pump"\nbrand = "{"b" * 1_000_000}"\n'),
    "kpi_of_a_million_letters": _design(f'[decide]\nkpi = "{"k" * 1_000_000}"\n'),
    "table_of_no_rows": _table("rep,manager,territory\n"),
    "table_of_one_cell_of_ten_megabytes": _table("rep,manager,territory\n" + "x" * 10_000_000 + ",a,b\n"),
    "table_of_unclosed_quotes": _table('rep,manager,territory\n"' + "x,y,z\n" * 100_000),
    "table_of_a_hundred_thousand_columns": _table(",".join(f"c{k}" for k in range(100_000)) + "\n"),
    "table_of_zero_bytes": _table("rep,manager,territory\na\0,b,c\n"),
    "table_of_strange_numbers": _table("rep,manager,territory,skill\na,b,north,1e999\nb,b,north,nan\nc,b,north,1_0\n"),
    "table_of_long_numbers": _table(f"rep,manager,territory,skill\na,b,north,{BIG}\n"),
    "table_of_many_wrong_names": _table("rep,manager,territory\n" + "".join(f"r{k},m,t{k}\n" for k in range(50_000))),
    "table_that_is_no_parquet": _table(b"PAR1" + b"\xff" * 1000 + b"PAR1", "ties", ".parquet"),
    "table_that_is_empty_parquet": _table(b"", "ties", ".parquet"),
    "table_of_noise": _table(bytes(random.Random(1).randbytes(100_000)), "ties", ".parquet"),
    "futures_of_noise": _points(bytes(random.Random(2).randbytes(100_000))),
    "futures_of_no_rows": _points("params.choice.loyalty\n"),
    "futures_of_long_numbers": _points(f"params.choice.loyalty\n{BIG}\n{'9' * 330}\n"),
    "futures_of_strange_numbers": _points("params.choice.loyalty\nnan\ninf\n1e400\n"),
    "futures_of_long_blocks": _points(f"params.choice.loyalty,block\n2.5,{BIG}\n"),
    "futures_of_blocks_beyond_64_bits": _points(f"params.choice.loyalty,block\n2.5,{2**70}\n"),
    "futures_of_many_columns": _points(",".join(f"c{k}" for k in range(30_000)) + "\n" + "1," * 29_999 + "1\n"),
    "futures_that_are_no_parquet": _points(b"PAR1" + b"\x00" * 1000 + b"PAR1", ".parquet"),
    "futures_of_the_same_column": _points("a,a\n1,2\n"),
    "empty_file": _file(""),
    "only_a_mark": _file(b"\xef\xbb\xbf"),
    "utf_16": _file(HEAD.encode("utf-16")),
    "noise": _file(random.Random(3).randbytes(10_000)),
    "a_list_of_tables_for_a_table": _scenario("[[params]]\na = 1\n"),
    "a_table_for_a_list": _scenario("[offer]\nname = 3\n"),
    "names_that_are_numbers": _scenario("[[offer]]\nname = 3\n[[brand]]\nname = []\n"),
    "policy_that_is_a_number": _file('extends = "tiny"\npolicy = 3\n'),
    "extends_a_number": _file("extends = 3\n"),
    "extends_a_list": _file('extends = ["tiny"]\n'),
    "change_that_is_a_number": _file('extends = "tiny"\nchange = 3\n'),
    "change_of_a_deep_path": _scenario(f'[[change]]\nweek = 2\nset = {{ "{DOTS}" = 1 }}\n'),
    "change_of_an_empty_path": _scenario('[[change]]\nweek = 2\nset = { "" = 1 }\n'),
    "settings_of_a_deep_path": _file(f'{DESIGN}[set]\n"{DOTS}" = 1\n'),
    "settings_of_an_empty_path": _file(f'{DESIGN}[set]\n"" = 1\n'),
    "settings_of_a_list_by_itself": _file(f'{DESIGN}[set]\n"offer" = 1\n'),
    "settings_of_a_number_in_a_table": _file(f'{DESIGN}[set]\n"weeks.a" = 1\n"world" = 3\n'),
    "settings_of_huge_text": _file(f'{DESIGN}[set]\n"world.customers" = "{"1" * 5000}"\n'),
    "settings_of_toml_in_text": _file(f'{DESIGN}[set]\n"world.customers" = "{"[" * 5000}"\n'),
    "marks_of_a_thousand": _scenario(f"[world]\nmarks = {[f'm{k}' for k in range(1000)]}\n"),
    "customers_beyond_memory": _scenario("[world]\ncustomers = 9_000_000_000_000_000\n"),
    "dotted_names": _scenario('[[territory]]\nname = "a.b"\nshare = 0.0\n'),
}
