"""Turn declarations into what others read: sentences, the text that the law wants, paper."""
