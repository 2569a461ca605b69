"""Single changes that the prover must see."""
