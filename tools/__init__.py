"""Programs that are not stages: presets, training the shipped parser, measurements that the docs quote."""
