"""The words that the benchmark's rows are made of."""

FIRST_NAMES = ["Adèle", "Bruno", "Chiara", "Dieter", "Elin", "Farid", "Greta", "Hugo", "Inès", "Jonas"]
LAST_NAMES = [
    *["Adler", "Bianchi", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Haddad", "Ivanova", "Jansen"],
    *["Keller", "Lefèvre", "Moreau", "Novak", "Olsen", "Petit", "Quintero", "Rossi", "Schäfer", "Tanaka"],
]
FIRMS = [
    *["Alpine", "Baltic", "Cobalt", "Delta", "Équinoxe", "Fjord", "Granite", "Horizon", "Iberia", "Jura"],
    *["Kestrel", "Lumière", "Meridian", "Nordlicht", "Océan", "Pinnacle", "Quartz", "Rhône", "Solstice", "Tundra"],
]
TRADES = [
    *["Bakeries", "Boatyards", "Ceramics", "Dairies", "Energy", "Foundries", "Freight", "Glass", "Hospitals"],
    *["Hotels", "Insurance", "Logistics", "Mills", "Optics", "Papers", "Railways", "Shipping", "Textiles", "Tools"],
    "Water",
]
LEGAL_FORMS = ["GmbH", "Ltd", "SA", "SpA", "AB"]
COMPETITORS = ["Brightwater", "Castellan", "Dovetail", "Ebersbach", "Falkenberg", "Grandview", "Hexagon", "Ironbridge"]
THINGS = [
    *["Turbine", "Pump", "Valve", "Server", "Router", "Licence", "Sensor", "Gateway", "Boiler", "Conveyor"],
    *["Compressor", "Scanner", "Chiller", "Generator", "Lighting", "Robot", "Press", "Furnace", "Crane", "Forklift"],
]
WORKS = [
    *["upgrade", "renewal", "rollout", "audit", "retrofit", "migration", "pilot", "maintenance", "training", "lease"],
    *["extension", "inspection", "replacement", "relocation", "support", "assessment"],
]
SITES = [
    *["Aarhus", "Besançon", "Brno", "Córdoba", "Dresden", "Espoo", "Genève", "Graz", "Leeds", "Liège", "Málaga"],
    *["Malmö", "Nîmes", "Orléans", "Porto", "Rouen", "Tours", "Trieste", "Utrecht", "Zürich"],
]
QUOTES = ["Basic", "Standard", "Full service", "Three years", "Five years", "With training", "Without works", "Phase 1"]
TERMS = ["30 days net", "14 days net", "Half in advance"]
STEPS = ["Call the purchaser", "Send the references", "Visit the plant", "Agree the dates", "Ask for the order"]
NOTES = [
    "They compare us with one other supplier and decide after their board has met.",
    "The budget is agreed; the purchaser wants the delivery in two parts.",
    "Spoke on the phone: the technical questions are answered, legal is looking at the contract.",
    "Visited the site; the old installation is in a worse state than they said.",
]
DETAILS = ["Decided by the price.", "The project was put off.", "They liked the references.", "A long negotiation."]
WITHDRAWN = ["The scope changed.", "The price list changed.", "Asked for by the customer."]
