"""The command line. What loading it makes stays: looking through that for garbage, again and again, took a
tenth of the time to start. `main` turns the collector on.
"""

import gc

gc.disable()
