"""How a fund goes through its year: plan and execution, deviations explained, monitoring, three years, next year's proposal, disclosure."""
