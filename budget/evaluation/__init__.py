"""绩效自评: objectives and indicators of a fund's year, scored, submitted, confirmed, printed."""
