"""Who asks: keys and tokens, and the register that gives them rights."""
