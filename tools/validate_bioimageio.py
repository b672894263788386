"""Validates bioimage.io packages with the official tools: python3 tools/validate_bioimageio.py PACKAGE.zip...

Needs Python with bioimageio.spec, bioimageio.core and onnxruntime (pip install bioimageio.core onnxruntime "pydantic<2.13"; bioimageio.spec 0.5.12
fails with pydantic 2.14 on every package). Checks the format, runs the network on the test input, compares its outputs with those in the
package, and runs it on other sizes that the description allows. Ends with code 1 where anything fails; warnings are only shown.
"""

import sys

from bioimageio.core import test_description

failed = len(sys.argv) < 2
for path in sys.argv[1:]:
    summary = test_description(path, expected_type="model")
    summary.display()
    print(path, summary.status)
    failed |= summary.status != "passed"
sys.exit(1 if failed else 0)
