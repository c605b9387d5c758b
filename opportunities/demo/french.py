"""The demo data in French."""

from opportunities.demo.words import Offer, Words, book, fixed, part, work

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
                fixed("Maintenance d'un site, par an", 52_000, 4, "sites"),
                part("Stock de pièces de rechange", 18_500, 1, "lot"),
                work("Inspection annuelle", 125, 80, "h"),
                fixed("Astreinte", 8_500, 1),
            ],
        ),
        Offer(
            "Contrat de pièces de rechange {year}",
            "Pièces de rechange",
            [part("Lot de pièces pour une ligne", 12_500, 4, "lots"), fixed("Livraison et stockage", 12_000, 1)],
        ),
        Offer(
            "Modernisation de l'automatisme, ligne {n}",
            "Automatismes",
            [
                part("Automate avec armoire", 21_800, 3, "pces"),
                work("Programmation", 1_150, 20, "jours"),
                work("Mise en service", 1_280, 8, "jours"),
            ],
        ),
        Offer(
            "Audit de l'air comprimé, {n} sites",
            "Audits énergétiques",
            [
                fixed("Recherche de fuites sur un site", 4_900, 6, "sites"),
                fixed("Rapport et plan d'économies", 3_600, 1),
            ],
        ),
        Offer(
            "Surveillance de {n} presses",
            "Surveillance des machines",
            [
                part("Jeu de capteurs pour une machine", 2_350, 24, "jeux"),
                fixed("Service de surveillance", 1_900, 24, "mois"),
            ],
        ),
        Offer(
            "Formation des opérateurs, {n} équipes",
            "Formation",
            [
                work("Journée de formation sur site", 1_650, 12, "jours"),
                book("Support de formation par personne", 85, 60, "pces"),
            ],
        ),
        Offer(
            "Rénovation des convoyeurs, hall {n}",
            "Rénovations",
            [
                part("Groupe d'entraînement", 3_900, 12, "pces"),
                part("Bande", 145, 160, "m"),
                work("Montage", 1_240, 15, "jours"),
            ],
        ),
        Offer(
            "Déplacement de la ligne d'emballage {n}",
            "Transferts",
            [
                fixed("Démontage", 14_500, 1),
                fixed("Transport", 9_800, 2, "trajets"),
                fixed("Remontage et démarrage", 27_500, 1),
            ],
        ),
        Offer(
            "Contrôles de sécurité {year}",
            "Contrôles",
            [fixed("Contrôle d'une machine", 480, 60, "machines"), fixed("Déclaration de conformité", 950, 4)],
        ),
        Offer(
            "Remplacement du groupe froid",
            "Installations énergétiques",
            [
                part("Groupe froid, 400 kW", 78_000, 2, "pces"),
                fixed("Tuyauterie et isolation", 23_400, 1),
                fixed("Démarrage", 6_200, 1),
            ],
        ),
        Offer(
            "Renouvellement de l'éclairage, entrepôt {n}",
            "Installations énergétiques",
            [part("Luminaire LED posé", 390, 180, "pces"), fixed("Pilotage de l'éclairage", 8_700, 1)],
        ),
        Offer(
            "Pilote de maintenance prédictive",
            "Surveillance des machines",
            [
                fixed("Raccordement d'une machine", 3_100, 10, "machines"),
                work("Analyse", 145, 160, "h"),
                work("Atelier", 2_800, 2, "jours"),
            ],
        ),
        Offer(
            "Révision de la chaufferie",
            "Installations énergétiques",
            [
                fixed("Remplacement d'un brûleur", 31_500, 2),
                fixed("Contrôle d'une chaudière", 8_900, 2),
                part("Armoire de commande", 16_700, 1, "pce"),
            ],
        ),
        Offer(
            "Cellule robotisée de palettisation",
            "Robotique",
            [
                part("Robot avec préhenseur", 64_000, 2, "pces"),
                part("Clôture de sécurité", 7_400, 1, "jeu"),
                work("Intégration", 1_320, 25, "jours"),
            ],
        ),
        Offer(
            "Contrat d'astreinte {year}",
            "Maintenance complète",
            [fixed("Astreinte", 2_900, 12, "mois"), fixed("Intervention, forfait", 780, 20)],
        ),
        Offer(
            "Traitement des eaux usées, tranche {n}",
            "Installations énergétiques",
            [
                part("Station de dosage", 17_600, 2, "pces"),
                part("Cuve, 20 m³", 22_900, 2, "pces"),
                work("Montage", 1_240, 12, "jours"),
            ],
        ),
        Offer(
            "Analyse vibratoire de {n} ventilateurs",
            "Surveillance des machines",
            [fixed("Mesure d'un ventilateur", 620, 40, "pces"), fixed("Rapport", 1_800, 1)],
        ),
        Offer(
            "Révision du réducteur, broyeur {n}",
            "Rénovations",
            [
                fixed("Révision du réducteur", 38_500, 1),
                part("Jeu de roulements", 4_650, 4, "jeux"),
                fixed("Alignement", 3_200, 1),
            ],
        ),
        Offer(
            "Comptage d'énergie, {n} halls",
            "Audits énergétiques",
            [part("Compteur avec passerelle", 740, 45, "pces"), part("Tableau de bord", 3_900, 2, "ans")],
        ),
        Offer(
            "Modernisation de la ligne de remplissage",
            "Rénovations",
            [
                part("Jeu de vannes de remplissage", 26_800, 3, "jeux"),
                part("Pilotage de ligne", 34_500, 1, "pce"),
                work("Essai", 1_450, 5, "jours"),
            ],
        ),
    ],
    variants=["Service complet", "Service de base", "Première tranche", "Avec pièces", "Sans montage", "Deux ans"],
    site="Site {n}",
    everything="Contrat-cadre, tous les services",
    introductions=[
        "Merci de votre demande. Nous avons le plaisir de vous proposer ce qui suit.",
        "À la suite de notre visite sur votre site, nous vous proposons les services ci-dessous.",
        "Comme convenu au téléphone, voici notre offre. Les quantités sont celles de votre liste.",
    ],
    closing_texts=[
        "Les prix s'entendent hors taxes, pour la durée de validité de ce devis. Dans l'attente de votre commande.",
        "Interventions en semaine de 7 h à 18 h ; les autres heures sont facturées avec une majoration de 50 %.",
        "Livraison six semaines après votre commande. Merci d'y indiquer le numéro de ce devis.",
    ],
    payment_terms=["30 jours nets", "14 jours, 2 % d'escompte ; 30 jours nets", "30 % à la commande, solde à 30 jours"],
    seller_address="12 rue des Ateliers\n69007 Lyon\nFrance",
    seller_footer=(
        "Servalis Industrial Services SAS, capital de 250 000 € · TVA FR00 000 000 000\n"
        "devis@servalis.example · +33 1 99 00 12 12 · servalis.example"
    ),
    next_steps=[
        "Rappeler au sujet du budget",
        "Envoyer l'offre révisée",
        "Visiter le site",
        "Rencontrer les achats",
        "Demander la signature",
    ],
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
    advice=[
        "Je connais leur directrice des achats ; appelle-moi avant la prochaine réunion.",
        "Jusqu'à 5 % de remise, c'est bon. Préviens-moi s'ils demandent plus.",
        "Peut-on conclure celle-ci avant la fin du mois ?",
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
