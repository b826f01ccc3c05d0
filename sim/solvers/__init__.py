"""Pure solutions of well-posed problems, used by policies, by the engine and by the special cases of the tests."""
