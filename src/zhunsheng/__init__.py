"""准绳 Zhunsheng: the platform that keeps police case handling inside the law."""

from zhunsheng.compiled import keep_compiled_code

keep_compiled_code()
