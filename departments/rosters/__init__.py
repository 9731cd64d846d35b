"""Departments and accounts from a workbook: lines read, each one checked, all that passed imported in one transaction."""
