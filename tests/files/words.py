"""A small vocabulary with a fact of each type, so that these tests do not move with the rulebook."""

from typing import Final

from zhunsheng.core.vocabulary import parse_vocabulary

VOCABULARY: Final = parse_vocabulary("""
zone = "Asia/Shanghai"

[facts.kind]
type   = "enum"
values = ["criminal", "administrative"]
of     = "case"

[facts.minor]
type = "bool"
of   = "person"

[facts.days]
type = "integer"

[facts.recipients]
type   = "set"
values = ["suspect", "victim"]

[facts.hearing_at]
type = "instant"

[facts.title]
type = "text"
of   = "case"

[events."case.filed"]
[events."person.detained"]
[events."detention.extended"]
facts = ["days"]
[events."appraisal.told"]
facts = ["recipients"]
[events."hearing.set"]
facts = ["hearing_at"]
""")
