"""Promotion service (晋升前基层服务): the arithmetic of the rules, without a database."""
