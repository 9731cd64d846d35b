"""支撑材料: what each indicator needs to be believed, who owes it, what came; and the register of 业务制度."""
