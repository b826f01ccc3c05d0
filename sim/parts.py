"""Kernels that call kernels: what another kernel calls is compiled as a part of it, once, not for itself first.

Numba compiles a function that a compiled function calls as if Python called it: it is optimised, turned into machine
code, wrapped for Python and for C, and kept on disk. Then the caller takes it in and all of it is optimised and turned
into machine code once more, and again at the next level. With helpers inlined everywhere that was two fifths of the
time from nothing to the first week. Here a called kernel ends with its types inferred and its instructions written
down (in a library that only its callers link); the rest is done once, in the kernel that Python calls.

A kernel that both call, Python (in tests, mostly) and other kernels, has two compilers, of which each sees only its
own callers.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.registry import CPUDispatcher
from numba.core.typed_passes import NativeLowering


class Kernel(CPUDispatcher):
    """A compiled function; other kernels that name it see its :attr:`part`."""

    def __init__(self, function: Callable[..., Any], locals: Any = None, targetoptions: Any = None) -> None:
        options = {"no_cfunc_wrapper": True, **(targetoptions or {})}  # nothing asks for the address of a kernel
        super().__init__(function, locals or {}, options)
        self.part = _Part(function, locals or {}, options, _PartCompiler)

    def compile(self, sig: Any) -> Any:
        """Compile for the argument types ``sig``, or load from disk; garbage waits until it is done.

        Compiling makes millions of objects that live to its end: looking through them again and again took a tenth of it.
        """
        collects = gc.isenabled()
        gc.disable()
        try:
            return super().compile(sig)
        finally:
            if collects:
                gc.enable()

    @property
    def _numba_type_(self) -> Any:
        """What a kernel that calls this one is compiled against."""
        return types.Dispatcher(self.part)


class _Part(CPUDispatcher):
    """What other kernels call: there is nothing in it that Python could."""

    def add_overload(self, cres: Any) -> None:
        self.overloads[tuple(cres.signature.args)] = cres


class _PartLibrary(JITCodeLibrary):
    """Instructions that are optimised and turned into machine code only where they are linked."""

    def finalize(self) -> None:
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(NativeLowering):
    """Write instructions down; callers link them, and what they call in turn."""

    _name = "part_lowering"

    def run_pass(self, state: Any) -> bool:
        state.library = _PartLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = state.flags.no_cpython_wrapper = True
        super().run_pass(state)
        entry = object()  # where compiled functions are looked up by their entry
        linked = [state.library, *state.library._linking_libraries]
        state.targetctx.insert_user_function(entry, state["cr"].fndesc, linked)
        state["cr"] = state["cr"]._replace(cfunc=entry)
        return True


class _PartCompiler(CompilerBase):
    """Numba's stages, of which the last is :class:`_PartLowering`."""

    def define_pipelines(self) -> list[Any]:
        stages = DefaultPassBuilder.define_nopython_pipeline(self.state, "part of a kernel")
        stages.passes = [(_PartLowering if stage is NativeLowering else stage, what) for stage, what in stages.passes]
        stages.finalize()
        return [stages]
