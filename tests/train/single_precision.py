"""stages.train in single precision: python -m tests.train.single_precision METHOD."""

import torch

from stages.common.errors import run_stage
from stages.train.__main__ import main

torch.cpu.get_capabilities = dict
run_stage(main)
