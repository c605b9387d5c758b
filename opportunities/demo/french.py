"""The demo data in French."""

from opportunities.demo.words import Offer, Words

WORDS = Words(
    sectors={
        "building": "Matériaux de construction",
        "chemicals": "Chimie et plasturgie",
        "energy": "Énergie",
        "food": "Agroalimentaire",
        "logistics": "Logistique",
        "metal": "Métallurgie",
        "paper": "Papier et emballage",
        "textiles": "Textile",
        "vehicles": "Véhicules",
    },
    offers=[
        Offer(
            "Programme de maintenance des sites {year}",
            "Maintenance complète",
            [
                ("Maintenance d'un site, par an", 52_000, 4),
                ("Stock de pièces de rechange", 18_500, 1),
                ("Inspection annuelle", 7_000, 1),
                ("Astreinte", 8_500, 1),
            ],
        ),
        Offer(
            "Contrat de pièces de rechange {year}",
            "Pièces de rechange",
            [("Lot de pièces pour une ligne", 12_500, 4), ("Livraison et stockage", 12_000, 1)],
        ),
        Offer(
            "Modernisation de l'automatisme, ligne {n}",
            "Automatismes",
            [
                ("Automate avec armoire", 21_800, 3),
                ("Programmation, jour", 1_150, 20),
                ("Mise en service, jour", 1_280, 8),
            ],
        ),
        Offer(
            "Audit de l'air comprimé, {n} sites",
            "Audits énergétiques",
            [("Recherche de fuites sur un site", 4_900, 6), ("Rapport et plan d'économies", 3_600, 1)],
        ),
        Offer(
            "Surveillance de {n} presses",
            "Surveillance des machines",
            [("Jeu de capteurs pour une machine", 2_350, 24), ("Service de surveillance, mois", 1_900, 24)],
        ),
        Offer(
            "Formation des opérateurs, {n} équipes",
            "Formation",
            [("Journée de formation sur site", 1_650, 12), ("Support de formation par personne", 85, 60)],
        ),
        Offer(
            "Rénovation des convoyeurs, hall {n}",
            "Rénovations",
            [("Groupe d'entraînement", 3_900, 12), ("Bande, mètre", 145, 160), ("Montage, jour", 1_240, 15)],
        ),
        Offer(
            "Déplacement de la ligne d'emballage {n}",
            "Transferts",
            [("Démontage", 14_500, 1), ("Transport", 9_800, 2), ("Remontage et démarrage", 27_500, 1)],
        ),
        Offer(
            "Contrôles de sécurité {year}",
            "Contrôles",
            [("Contrôle d'une machine", 480, 60), ("Déclaration de conformité", 950, 4)],
        ),
        Offer(
            "Remplacement du groupe froid",
            "Installations énergétiques",
            [("Groupe froid, 400 kW", 78_000, 2), ("Tuyauterie et isolation", 23_400, 1), ("Démarrage", 6_200, 1)],
        ),
        Offer(
            "Renouvellement de l'éclairage, entrepôt {n}",
            "Installations énergétiques",
            [("Luminaire LED posé", 390, 180), ("Pilotage de l'éclairage", 8_700, 1)],
        ),
        Offer(
            "Pilote de maintenance prédictive",
            "Surveillance des machines",
            [("Raccordement d'une machine", 3_100, 10), ("Analyse, mois", 4_200, 6), ("Atelier", 2_800, 2)],
        ),
        Offer(
            "Révision de la chaufferie",
            "Installations énergétiques",
            [
                ("Remplacement d'un brûleur", 31_500, 2),
                ("Contrôle d'une chaudière", 8_900, 2),
                ("Armoire de commande", 16_700, 1),
            ],
        ),
        Offer(
            "Cellule robotisée de palettisation",
            "Robotique",
            [("Robot avec préhenseur", 64_000, 2), ("Clôture de sécurité", 7_400, 1), ("Intégration, jour", 1_320, 25)],
        ),
        Offer(
            "Contrat d'astreinte {year}",
            "Maintenance complète",
            [("Astreinte, mois", 2_900, 12), ("Intervention, forfait", 780, 20)],
        ),
        Offer(
            "Traitement des eaux usées, tranche {n}",
            "Installations énergétiques",
            [("Station de dosage", 17_600, 2), ("Cuve, 20 m³", 22_900, 2), ("Montage, jour", 1_240, 12)],
        ),
        Offer(
            "Analyse vibratoire de {n} ventilateurs",
            "Surveillance des machines",
            [("Mesure d'un ventilateur", 620, 40), ("Rapport", 1_800, 1)],
        ),
        Offer(
            "Révision du réducteur, broyeur {n}",
            "Rénovations",
            [("Révision du réducteur", 38_500, 1), ("Jeu de roulements", 4_650, 4), ("Alignement", 3_200, 1)],
        ),
        Offer(
            "Comptage d'énergie, {n} halls",
            "Audits énergétiques",
            [("Compteur avec passerelle", 740, 45), ("Tableau de bord, an", 3_900, 2)],
        ),
        Offer(
            "Modernisation de la ligne de remplissage",
            "Rénovations",
            [("Jeu de vannes de remplissage", 26_800, 3), ("Pilotage de ligne", 34_500, 1), ("Essai, jour", 1_450, 5)],
        ),
    ],
    variants=["Service complet", "Service de base", "Première tranche", "Avec pièces", "Sans montage", "Deux ans"],
    site="Site {n}",
    notes=[
        "Rencontré le directeur du site ; le budget est confirmé pour l'an prochain.",
        "Ils nous comparent à deux autres et décident après l'arrêt d'été.",
        "Les achats demandent un paiement à 60 jours.",
        "Visite faite, accès au hall 2 seulement le week-end.",
        "Appel au sujet des références ; j'en ai envoyé trois du même secteur.",
        "Le comité d'entreprise veut d'abord voir le planning des équipes.",
        "Nouveau contact aux achats, l'ancien est parti.",
        "La surveillance leur plaît ; le prix de l'astreinte bloque encore.",
        "Réponses techniques données, ils attendent la direction.",
        "Ils demandent une seconde option sans pièces de rechange.",
        "L'audit a trouvé plus de fuites que prévu : bon pour notre dossier.",
        "Pas de réponse depuis deux semaines, je rappelle lundi.",
    ],
    won=[
        "Signé pour deux ans, avec une troisième année en option.",
        "Nos références ont fait la différence.",
        "Ils voulaient un seul fournisseur pour tous les sites.",
        "Signé après la visite du site ; démarrage au printemps.",
    ],
    lost=[
        "Le concurrent était 12 % moins cher et avait les pièces en stock.",
        "L'investissement est reporté d'un an.",
        "Ils gardent ces travaux en interne.",
        "Acheté avec la nouvelle machine, chez son constructeur.",
        "Nouvelle direction, tous les projets sont arrêtés.",
        "Nous ne pouvions pas tenir la date de début.",
    ],
    withdrawn=["Plus souhaité.", "Une autre option a été préférée.", "Le périmètre a changé."],
    revised=[
        "Remise de 3 % accordée.",
        "Moins de machines la première année.",
        "Le client fait le montage.",
        "Nouvelle date de livraison, transport compris.",
    ],
    reopened=[
        "Ils ont rappelé : la décision est de nouveau ouverte.",
        "Fermée par erreur, ce n'était pas le bon site.",
        "Nouveau budget accordé.",
    ],
    corrected="La date est celle de la signature.",
    showcase_quotes=("Service complet, 3 sites", "Service complet, 5 sites", "Pièces de rechange seules"),
    showcase_revised="Sans l'astreinte, ils veulent d'abord 3 sites.",
    showcase_note="Elena veut commencer par trois sites et en ajouter deux au printemps si les délais sont tenus.",
)
