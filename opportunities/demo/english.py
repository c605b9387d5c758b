"""The demo data in English."""

from opportunities.demo.words import Offer, Words

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
                ("Maintenance of one site, a year", 52_000, 4),
                ("Spare parts stock", 18_500, 1),
                ("Yearly inspection", 7_000, 1),
                ("On-call shift", 8_500, 1),
            ],
        ),
        Offer(
            "Spare parts agreement {year}",
            "Spare parts",
            [("Spare parts kit for one line", 12_500, 4), ("Delivery and stocking", 12_000, 1)],
        ),
        Offer(
            "Control system upgrade, line {n}",
            "Control systems",
            [("Controller with cabinet", 21_800, 3), ("Programming, day", 1_150, 20), ("Commissioning, day", 1_280, 8)],
        ),
        Offer(
            "Compressed air audit, {n} sites",
            "Energy audits",
            [("Leak survey of one site", 4_900, 6), ("Report with savings plan", 3_600, 1)],
        ),
        Offer(
            "Condition monitoring of {n} presses",
            "Condition monitoring",
            [("Sensor set for one machine", 2_350, 24), ("Monitoring service, month", 1_900, 24)],
        ),
        Offer(
            "Operator training, {n} shifts",
            "Training",
            [("Training day on site", 1_650, 12), ("Training material for one person", 85, 60)],
        ),
        Offer(
            "Conveyor retrofit, hall {n}",
            "Retrofits",
            [("Drive unit", 3_900, 12), ("Belt, metre", 145, 160), ("Assembly, day", 1_240, 15)],
        ),
        Offer(
            "Move of packaging line {n}",
            "Relocations",
            [("Dismantling", 14_500, 1), ("Transport", 9_800, 2), ("Reassembly and start-up", 27_500, 1)],
        ),
        Offer(
            "Safety inspections {year}",
            "Inspections",
            [("Inspection of one machine", 480, 60), ("Declaration of conformity", 950, 4)],
        ),
        Offer(
            "Cooling plant replacement",
            "Energy plants",
            [("Chiller, 400 kW", 78_000, 2), ("Pipework and insulation", 23_400, 1), ("Start-up", 6_200, 1)],
        ),
        Offer(
            "Lighting renewal, warehouse {n}",
            "Energy plants",
            [("LED high-bay light, fitted", 390, 180), ("Light control", 8_700, 1)],
        ),
        Offer(
            "Predictive maintenance pilot",
            "Condition monitoring",
            [("Data connection of one machine", 3_100, 10), ("Analysis, month", 4_200, 6), ("Workshop", 2_800, 2)],
        ),
        Offer(
            "Boiler house overhaul",
            "Energy plants",
            [("Burner exchange", 31_500, 2), ("Boiler inspection", 8_900, 2), ("Control cabinet", 16_700, 1)],
        ),
        Offer(
            "Robot cell for palletising",
            "Robotics",
            [("Robot with gripper", 64_000, 2), ("Safety fence", 7_400, 1), ("Integration, day", 1_320, 25)],
        ),
        Offer(
            "On-call contract {year}",
            "Full-service maintenance",
            [("On-call service, month", 2_900, 12), ("Call-out, flat rate", 780, 20)],
        ),
        Offer(
            "Waste water treatment, stage {n}",
            "Energy plants",
            [("Dosing station", 17_600, 2), ("Tank, 20 m³", 22_900, 2), ("Assembly, day", 1_240, 12)],
        ),
        Offer(
            "Vibration analysis of {n} fans",
            "Condition monitoring",
            [("Measurement of one fan", 620, 40), ("Report", 1_800, 1)],
        ),
        Offer(
            "Gearbox overhaul, mill {n}",
            "Retrofits",
            [("Gearbox overhaul", 38_500, 1), ("Bearing set", 4_650, 4), ("Alignment", 3_200, 1)],
        ),
        Offer(
            "Energy metering, {n} halls",
            "Energy audits",
            [("Meter with gateway", 740, 45), ("Dashboard, year", 3_900, 2)],
        ),
        Offer(
            "Filling line modernisation",
            "Retrofits",
            [("Filling valve set", 26_800, 3), ("Line control", 34_500, 1), ("Trial run, day", 1_450, 5)],
        ),
    ],
    variants=["Full service", "Basic service", "First phase", "With spare parts", "Without assembly", "Two years"],
    site="Site {n}",
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
