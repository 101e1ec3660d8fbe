"""准绳 Zhunsheng: the platform that keeps police case handling inside the law."""
