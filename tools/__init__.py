"""What is no stage: laying a preset over the parameters, training the shipped parser, benchmarks, curves."""
