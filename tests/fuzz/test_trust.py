"""The campaign of strangers' files and command lines in small: nothing but a line and a code."""

import pytest
from trust import KINDS, SIZES, campaign

SMALL = {"anchors": 12, "tables": 25, "lines": 30, "pages": 12, "office": 5, "runs": 4}


@pytest.mark.slow(reason="hundreds of spoilt files")
@pytest.mark.parametrize("kind", KINDS)
def test_no_file_or_line_of_a_stranger_ends_in_anything_but_a_line_and_a_code(kind):
    tried, found = campaign(SMALL[kind] / SIZES[kind], 20717, kind)
    assert found == []
    assert tried[kind] >= SMALL[kind]
