"""News: what people are told of the night, by whom they asked to be told, without anybody's data."""
