"""The demo data in English."""

from opportunities.demo.words import Offer, Words, book, fixed, part, work

WORDS = Words(
    sectors={
        "building": "Building materials",
        "chemicals": "Chemicals and plastics",
        "energy": "Energy",
        "food": "Food and drink",
        "logistics": "Logistics",
        "metal": "Metal",
        "paper": "Paper and packaging",
        "textiles": "Textiles",
        "vehicles": "Vehicles",
    },
    offers=[
        Offer(
            "Plant maintenance programme {year}",
            "Full-service maintenance",
            [
                fixed("Maintenance of one site, a year", 52_000, 4, "sites"),
                part("Spare parts stock", 18_500, 1, "set"),
                work("Yearly inspection", 125, 80, "h"),
                fixed("On-call shift", 8_500, 1),
            ],
        ),
        Offer(
            "Spare parts agreement {year}",
            "Spare parts",
            [part("Spare parts kit for one line", 12_500, 4, "kits"), fixed("Delivery and stocking", 12_000, 1)],
        ),
        Offer(
            "Control system upgrade, line {n}",
            "Control systems",
            [
                part("Controller with cabinet", 21_800, 3, "pcs"),
                work("Programming", 1_150, 20, "days"),
                work("Commissioning", 1_280, 8, "days"),
            ],
        ),
        Offer(
            "Compressed air audit, {n} sites",
            "Energy audits",
            [fixed("Leak survey of one site", 4_900, 6, "sites"), fixed("Report with savings plan", 3_600, 1)],
        ),
        Offer(
            "Condition monitoring of {n} presses",
            "Condition monitoring",
            [part("Sensor set for one machine", 2_350, 24, "sets"), fixed("Monitoring service", 1_900, 24, "months")],
        ),
        Offer(
            "Operator training, {n} shifts",
            "Training",
            [work("Training day on site", 1_650, 12, "days"), book("Training material for one person", 85, 60, "pcs")],
        ),
        Offer(
            "Conveyor retrofit, hall {n}",
            "Retrofits",
            [part("Drive unit", 3_900, 12, "pcs"), part("Belt", 145, 160, "m"), work("Assembly", 1_240, 15, "days")],
        ),
        Offer(
            "Move of packaging line {n}",
            "Relocations",
            [
                fixed("Dismantling", 14_500, 1),
                fixed("Transport", 9_800, 2, "trips"),
                fixed("Reassembly and start-up", 27_500, 1),
            ],
        ),
        Offer(
            "Safety inspections {year}",
            "Inspections",
            [fixed("Inspection of one machine", 480, 60, "machines"), fixed("Declaration of conformity", 950, 4)],
        ),
        Offer(
            "Cooling plant replacement",
            "Energy plants",
            [
                part("Chiller, 400 kW", 78_000, 2, "pcs"),
                fixed("Pipework and insulation", 23_400, 1),
                fixed("Start-up", 6_200, 1),
            ],
        ),
        Offer(
            "Lighting renewal, warehouse {n}",
            "Energy plants",
            [part("LED high-bay light, fitted", 390, 180, "pcs"), fixed("Light control", 8_700, 1)],
        ),
        Offer(
            "Predictive maintenance pilot",
            "Condition monitoring",
            [
                fixed("Data connection of one machine", 3_100, 10, "machines"),
                work("Analysis", 145, 160, "h"),
                work("Workshop", 2_800, 2, "days"),
            ],
        ),
        Offer(
            "Boiler house overhaul",
            "Energy plants",
            [
                fixed("Burner exchange", 31_500, 2),
                fixed("Boiler inspection", 8_900, 2),
                part("Control cabinet", 16_700, 1, "pc"),
            ],
        ),
        Offer(
            "Robot cell for palletising",
            "Robotics",
            [
                part("Robot with gripper", 64_000, 2, "pcs"),
                part("Safety fence", 7_400, 1, "set"),
                work("Integration", 1_320, 25, "days"),
            ],
        ),
        Offer(
            "On-call contract {year}",
            "Full-service maintenance",
            [fixed("On-call service", 2_900, 12, "months"), fixed("Call-out, flat rate", 780, 20)],
        ),
        Offer(
            "Waste water treatment, stage {n}",
            "Energy plants",
            [
                part("Dosing station", 17_600, 2, "pcs"),
                part("Tank, 20 m³", 22_900, 2, "pcs"),
                work("Assembly", 1_240, 12, "days"),
            ],
        ),
        Offer(
            "Vibration analysis of {n} fans",
            "Condition monitoring",
            [fixed("Measurement of one fan", 620, 40, "fans"), fixed("Report", 1_800, 1)],
        ),
        Offer(
            "Gearbox overhaul, mill {n}",
            "Retrofits",
            [fixed("Gearbox overhaul", 38_500, 1), part("Bearing set", 4_650, 4, "sets"), fixed("Alignment", 3_200, 1)],
        ),
        Offer(
            "Energy metering, {n} halls",
            "Energy audits",
            [part("Meter with gateway", 740, 45, "pcs"), part("Dashboard", 3_900, 2, "years")],
        ),
        Offer(
            "Filling line modernisation",
            "Retrofits",
            [
                part("Filling valve set", 26_800, 3, "sets"),
                part("Line control", 34_500, 1, "pc"),
                work("Trial run", 1_450, 5, "days"),
            ],
        ),
    ],
    variants=["Full service", "Basic service", "First phase", "With spare parts", "Without assembly", "Two years"],
    site="Site {n}",
    everything="Framework agreement, all services",
    introductions=[
        "Thank you for your enquiry. We are pleased to offer you the following.",
        "Following our visit to your site, we offer you the services below.",
        "As agreed on the phone, here is our offer. The quantities are those of your list.",
    ],
    closing_texts=[
        "Prices are net and hold for the validity of this quote. We look forward to your order.",
        "Work is done on weekdays between 7:00 and 18:00; other hours are billed at 1.5 times the rate.",
        "Delivery six weeks after your order. Please name this quote's number in it.",
    ],
    payment_terms=["30 days net", "14 days, 2 % discount; 30 days net", "30 % with the order, the rest in 30 days"],
    seller_address="12 Rue des Ateliers\n69007 Lyon\nFrance",
    seller_footer=(
        "Servalis Industrial Services SAS, share capital €250,000 · VAT number FR00 000 000 000\n"
        "quotes@servalis.example · +33 1 99 00 12 12 · servalis.example"
    ),
    next_steps=[
        "Call back about the budget",
        "Send the revised offer",
        "Visit the site",
        "Meet purchasing",
        "Ask for the signature",
    ],
    notes=[
        "Met the plant manager; the budget is confirmed for next year.",
        "They compare us with two others and decide after the summer shutdown.",
        "Purchasing asks for payment in 60 days.",
        "Site visit done, access to hall 2 only at weekends.",
        "Called about the references; sent three from the same sector.",
        "The works council wants to see the shift plan first.",
        "New contact in purchasing, the former one has left.",
        "They like the monitoring; the price of the on-call shift is the sticking point.",
        "Technical questions answered, they wait for the board.",
        "Asked for a second option without spare parts.",
        "The audit showed more leaks than expected: good for our case.",
        "No answer for two weeks, will call again on Monday.",
    ],
    advice=[
        "I know their head of purchasing; call me before the next meeting.",
        "Up to 5 % off is fine here. Tell me if they ask for more.",
        "Could we close this one before the end of the month?",
    ],
    won=[
        "Signed for two years with an option for a third.",
        "Our references decided it.",
        "They wanted one supplier for all sites.",
        "Signed after the site visit; start in spring.",
    ],
    lost=[
        "The competitor was 12 % cheaper and had the parts in stock.",
        "The investment was put off by a year.",
        "They keep the work in-house.",
        "Bought together with the new machine from its maker.",
        "New management, all projects stopped.",
        "We could not meet the start date.",
    ],
    withdrawn=["Not wanted any more.", "Another option was preferred.", "The scope changed."],
    revised=[
        "Discount of 3 % agreed.",
        "Fewer machines in the first year.",
        "Assembly is done by the customer.",
        "New delivery date, transport included.",
    ],
    reopened=["They called: the decision is open again.", "Closed by mistake, the wrong site.", "New budget granted."],
    corrected="The date is that of the signature.",
    showcase_quotes=("Full service, 3 sites", "Full service, 5 sites", "Spare parts only"),
    showcase_revised="Dropped the on-call shift, they want 3 sites first.",
    showcase_note="Elena wants to start with three sites and add two in spring if the response times hold.",
)
