"""Who appears in the demo data, in whatever language: firms and people, all made up."""

LOGINS = [
    # username, first name, last name, group
    ("marta", "Marta", "Ruiz", "Salespeople"),
    ("jonas", "Jonas", "Weber", "Salespeople"),
    ("ines", "Inès", "Moreau", "Sales managers"),
    ("admin", "Alex", "Lindqvist", None),  # a superuser
]

ACCOUNTS = [
    # name, sector (a key of Words.sectors), currency; the first is that of the showcase
    ("Northwind Traders", "food", "EUR"),
    ("Adventure Works", "metal", "EUR"),
    ("Aceros del Norte", "metal", "EUR"),
    ("Alpwerk Chemie AG", "chemicals", "CHF"),
    ("Bäckerei Sonnenfeld", "food", "EUR"),
    ("Boisson & Fils", "food", "EUR"),
    ("Brauerei Lindner", "food", "EUR"),
    ("Calder Valley Textiles", "textiles", "GBP"),
    ("Cartonnages du Rhône", "paper", "EUR"),
    ("Cascade Timber", "paper", "USD"),
    ("Céramiques de l'Étang", "building", "EUR"),
    ("City Power & Light", "energy", "USD"),
    ("Conserverie Kerlann", "food", "EUR"),
    ("Consolidated Messenger", "logistics", "EUR"),
    ("Contoso Pharma", "chemicals", "EUR"),
    ("Donau Antriebstechnik", "vehicles", "EUR"),
    ("Fabrikam Drives", "vehicles", "EUR"),
    ("Filature des Vosges", "textiles", "EUR"),
    ("Fonderie Delacroix", "metal", "EUR"),
    ("Fourth Coffee", "food", "EUR"),
    ("Great Lakes Packaging", "paper", "USD"),
    ("Havneby Shipping", "logistics", "EUR"),
    ("Kaasmakerij Van Houten", "food", "EUR"),
    ("Laiterie du Mont Blanc", "food", "EUR"),
    ("Litware Optics", "metal", "EUR"),
    ("Molino Rossetti", "food", "EUR"),
    ("Nordhafen Logistik", "logistics", "EUR"),
    ("Officine Bellandi", "vehicles", "EUR"),
    ("Papeteries du Val", "paper", "EUR"),
    ("Pennine Ceramics", "building", "GBP"),
    ("Plásticos Atlántida", "chemicals", "EUR"),
    ("Proseware Plastics", "chemicals", "EUR"),
    ("Rheintal Präzision AG", "metal", "CHF"),
    ("Stadtwerke Moorburg", "energy", "EUR"),
    ("Thornbury Foods", "food", "GBP"),
    ("Trey Research", "chemicals", "EUR"),
    ("Verrerie Saint-Aubin", "building", "EUR"),
    ("Wide World Importers", "logistics", "EUR"),
    ("Zagreb Wagons", "vehicles", "EUR"),
    ("Sakura Precision", "metal", "JPY"),
]

SHOWCASE_CONTACT = "Elena Petrova"
# fmt: off
FIRST_NAMES = [
    "Agnès", "Alba", "Anders", "Beatriz", "Camille", "Carlo", "Chiara", "Daan", "Émile", "Erik", "Fatou", "Giulia",
    "Hanna", "Hugo", "Ivan", "Karim", "Lea", "Maja", "Nadia", "Tomás",
]
LAST_NAMES = [
    "Almeida", "Bauer", "Bianchi", "Bonnet", "Castillo", "Dubois", "Eriksen", "Garnier", "Horvat", "Jansen",
    "Keller", "Lefèvre", "Marchetti", "Nilsson", "Novak", "Okafor", "Picard", "Silva", "Vidal", "Walsh",
]
# fmt: on

COMPETITORS = [
    "Altavia Services",
    "Brandt Industrie",
    "Corvex Maintenance",
    "Delta Fluides",
    "Meridian Plant Care",
    "Norsk Driftsteknik",
    "Tecnomont",
]

# The numbers, within their year, of the showcase's quotes: the README and its pictures speak of them.
SHOWCASE_SERIALS = (114, 121, 130)

SELLER = "Servalis Industrial Services"

# The usual and the reduced tax rate where a currency is paid, in percent; exports to North America are not taxed.
TAXES = {"EUR": ("20", "5.5"), "USD": ("0", "0"), "GBP": ("20", "0"), "CHF": ("8.1", "2.6"), "JPY": ("10", "8")}

# Units of each currency for a euro, roughly: prices only have to be believable.
RATES = {"EUR": 1, "USD": 1.1, "GBP": 0.85, "CHF": 0.95, "JPY": 165}
PHONES = {
    "EUR": "+33 1 99 00 {:02d} {:02d}",
    "USD": "+1 212 555 {:02d}{:02d}",
    "GBP": "+44 20 7946 {:02d}{:02d}",
    "CHF": "+41 44 555 {:02d} {:02d}",
    "JPY": "+81 3 5550 {:02d}{:02d}",
}
