"""表单引擎: a sheet is declared once; screen, print, PDF, XLSX and CSV are made from that declaration."""
