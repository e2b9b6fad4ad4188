"""The Python driver's start: says HELLO, then loads the function and serves its calls."""

import sys

sys.path.insert(0, __file__.rpartition('/')[0])
from fob_driver import serve  # noqa: E402

# The user's own modules are looked for in the user's folders only; ours are found through their package.
del sys.path[0]
serve.main()
