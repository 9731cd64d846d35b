"""Everything that leaves as a spreadsheet. The only room that knows openpyxl; it prints what ``qingdan.items.cells`` writes."""
