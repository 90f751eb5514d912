# SPDX-License-Identifier: Apache-2.0
"""Writes patients.jsonl: 1,000 invented items of a clinic's table, one a line, as a DynamoDB export has them.

The same script always writes the same bytes, on any machine and Python version: choices come from SHA-256, not from
:mod:`random`. Nobody in the file exists; README.md beside it says what is in it.

    python examples/make_patients.py          write patients.jsonl
    python examples/make_patients.py --check  exit 1 if patients.jsonl is not what this script writes
"""

# ruff: noqa: RUF001 - names of many scripts are the point

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

PATIENTS = 250
TARGET = Path(__file__).with_name("patients.jsonl")
NOW = datetime(2025, 6, 30, 17, 0, tzinfo=UTC)

Attribute = dict[str, Any]

# Given name, family name: mixed freely within a row, so that no pair is meant to be anyone.
NAMES: Sequence[tuple[Sequence[str], Sequence[str]]] = (
    (("Ada", "Bryn", "Clementine", "Desmond", "Imogen", "Tobias"), ("Ashgrove", "Farrowby", "Pellinor", "Wexcombe")),
    (("Zoë", "Jürgen", "Søren", "Renée", "Łucja", "Þóra"), ("Grünwälder", "Ångstedt", "Brontë-Noël", "Źródłowski")),
    (("Ελένη", "Νίκος", "Θεοδώρα"), ("Αλμυρίδης", "Ξανθοπέτρου", "Κυματίδου")),
    (("Олена", "Тарас", "Богдана"), ("Криничний", "Світлогір", "Яблунська")),
    (("太郎", "さくら", "美咲"), ("𠮷田", "𩸽山", "髙橋川", "小鳥遊")),
    (("ليلى", "سامر", "نورة"), ("الزيتوني", "بحرالدين", "القمري")),
    (("आशा", "रोहन", "मीरा"), ("वनमाली", "सागरकर", "तारकेश")),
    (("Thandeka", "Sipho", "Nomvula"), ("Khwezikazi", "Ntabasuku-Moya", "Langalibomvu")),
)
STREETS = (
    "Quillgate",
    "Amberrow",
    "Tinker's Stair",
    "Owlmere Road",
    "Salzpfadgasse",
    "Rue des Trois-Lucioles",
    "月影通り",
)
TOWNS = ("Velmora", "Tarnbeck", "Ost-Welmar", "Santa Lumbria", "Крайполье", "Αλμυρίνα", "星ヶ浜町")
LANGUAGES = ("ar", "de", "el", "en", "fr", "hi", "ja", "pl", "uk", "xh")
ALLERGIES = ("penicillin", "latex", "peanut", "bee venom", "ibuprofen", "shellfish", "house dust mite", "birch pollen")
BLOOD_GROUPS = ("0+", "0-", "A+", "A-", "B+", "B-", "AB+", "AB-")
# ICD-10 code, what it stands for, what is plausibly prescribed, usual dose in mg.
DIAGNOSES = (
    ("I10", "Essential (primary) hypertension", "amlodipine", "5"),
    ("E11.9", "Type 2 diabetes mellitus without complications", "metformin", "850"),
    ("J45.9", "Asthma, unspecified", "salbutamol", "0.1"),
    ("K21.9", "Gastro-oesophageal reflux disease without oesophagitis", "omeprazole", "20"),
    ("G43.9", "Migraine, unspecified", "sumatriptan", "50"),
    ("E03.9", "Hypothyroidism, unspecified", "levothyroxine", "0.075"),
    ("M17.1", "Unilateral primary osteoarthritis of knee", "naproxen", "250"),
    ("J06.9", "Acute upper respiratory infection, unspecified", "paracetamol", "500"),
    ("D50.9", "Iron deficiency anaemia, unspecified", "ferrous sulfate", "200"),
    ("L20.9", "Atopic dermatitis, unspecified", "hydrocortisone", "1"),
    ("F41.1", "Generalized anxiety disorder", "sertraline", "50"),
    ("N39.0", "Urinary tract infection, site not specified", "nitrofurantoin", "100"),
)
REASONS = ("follow-up", "new complaint", "vaccination", "referral", "emergency", "annual check")
REMARKS = (
    "Patient reports steady improvement; sleeps through the night again.",
    "Schmerzen bei Belastung, in Ruhe beschwerdefrei. Kontrolle in 14 Tagen.",
    "Tension stable, traitement bien toléré – à poursuivre.",
    "症状は軽快。次回は採血を予定。",
    "Жалоб нет, давление в норме.",
    "Takes tablets with breakfast 💊, walks 🚶 4 km a day, mood 🙂.",
    "Prefers letters in large print.\nHearing aid on the left 🦻🏽.",
    'Says: "only ever hurts when it rains" ☔ – barometer diary started.',
)
ANALYTES = (
    ("haemoglobin", "g/L", 118, 172, 1),
    ("HbA1c", "mmol/mol", 29, 68, 1),
    ("potassium", "mmol/L", 31, 56, 10),
    ("creatinine", "µmol/L", 48, 131, 1),
    ("TSH", "mU/L", 3, 72, 10),
    ("CRP", "mg/L", 1, 480, 10),
)


class Dice:
    """Choices that depend on the seed and on nothing else."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._rolls = 0

    def raw(self, size: int) -> bytes:
        """``size`` bytes, at most 32."""
        self._rolls += 1
        return hashlib.sha256(f"{self._seed}/{self._rolls}".encode()).digest()[:size]

    def below(self, limit: int) -> int:
        """An integer from 0 to ``limit`` - 1."""
        return int.from_bytes(self.raw(16), "big") % limit

    def one(self, choices: Sequence[Any]) -> Any:
        """One of ``choices``."""
        return choices[self.below(len(choices))]

    def some(self, choices: Sequence[str], most: int) -> list[str]:
        """One to ``most`` different ones of ``choices``, in their order."""
        picked = {self.below(len(choices)) for _ in range(1 + self.below(most))}
        return [choices[place] for place in sorted(picked)]

    def digits(self, count: int) -> str:
        """``count`` decimal digits, neither the first nor the last of them a zero: all significant."""
        inner = str(self.below(10 ** (count - 2))).zfill(count - 2)
        return f"{1 + self.below(9)}{inner}{1 + self.below(9)}"


def text(value: str) -> Attribute:
    return {"S": value}


def number(value: int | str) -> Attribute:
    return {"N": str(value)}


def binary(value: bytes) -> Attribute:
    return {"B": base64.b64encode(value).decode("ascii")}


def binary_set(values: Sequence[bytes]) -> Attribute:
    return {"BS": [base64.b64encode(value).decode("ascii") for value in values]}


def timestamp(dice: Dice, days_back: int) -> str:
    moment = NOW - timedelta(days=dice.below(days_back), seconds=dice.below(8 * 3600))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def scaled(value: int, divisor: int) -> str:
    """``value`` / ``divisor`` (1 or 10) as an export writes a number, for values under 100,000."""
    return f"{value / divisor:g}"


def common(dice: Dice, patient: int, sort_key: str) -> dict[str, Attribute]:
    """What every item has: the keys, and three attributes that the application filters or counts on."""
    return {
        "pk": text(f"PATIENT#{patient:06d}"),
        "sk": text(sort_key),
        "clinic": text(f"CLINIC-{1 + dice.below(12):02d}"),
        "updated_at": text(timestamp(dice, 60)),
        "view_count": number(dice.below(400)),
    }


def profile(dice: Dice, patient: int) -> dict[str, Attribute]:
    given_names, family_names = NAMES[patient % len(NAMES)]
    name = f"{dice.one(given_names)} {dice.one(family_names)}"
    deceased = dice.below(40) == 0 and patient > 1
    return common(dice, patient, "PROFILE") | {
        "name": text(name),
        "birth_date": text(f"{1931 + dice.below(90)}-{1 + dice.below(12):02d}-{1 + dice.below(28):02d}"),
        "blood_group": text(dice.one(BLOOD_GROUPS)),
        "address": {
            "M": {
                "street": text(f"{1 + dice.below(240)} {dice.one(STREETS)}"),
                "town": text(dice.one(TOWNS)),
                "postcode": text(dice.digits(5)),
                "geo": {
                    "L": [number(f"{dice.below(89)}.{dice.digits(6)}"), number(f"-{dice.below(179)}.{dice.digits(6)}")]
                },
            }
        },
        "contacts": {
            "L": [
                # 555-0100 to 555-0199 and example.org are set aside for use in fiction and examples.
                {
                    "M": {
                        "kind": text("phone"),
                        "value": text(f"+1-{200 + dice.below(700)}-555-01{dice.below(100):02d}"),
                    }
                },
                {"M": {"kind": text("email"), "value": text(f"patient{patient:04d}@example.org")}},
            ]
        },
        "languages": {"SS": dice.some(LANGUAGES, 3)},
        "allergies": {"SS": dice.some(ALLERGIES, 4)},
        "organ_donor": {"BOOL": dice.below(2) == 0},
        "deceased_on": text("2025-02-14") if deceased else {"NULL": True},
        # As many digits as DynamoDB holds.
        "archive_number": number(dice.digits(38)),
        "ward_codes": {"NS": sorted({str(100 + dice.below(900)) for _ in range(1 + dice.below(3))})},
        "fingerprint": binary(dice.raw(32)),
        "consent_hashes": binary_set(sorted({dice.raw(20), dice.raw(20)})),
    }


def prescription(dice: Dice, medicine: str, dose: str) -> Attribute:
    plan = {
        "medicine": text(medicine),
        "dose_mg": number(dose),
        "times": {"L": [text(time) for time in dice.some(("07:30", "12:00", "18:30", "22:00"), 3)]},
        "until": {"NULL": True} if dice.below(3) == 0 else text(f"2025-{7 + dice.below(6):02d}-15"),
    }
    return {"M": plan}


def visit(dice: Dice, patient: int, ordinal: int) -> dict[str, Attribute]:
    day = (NOW - timedelta(days=40 + 300 * ordinal + dice.below(250))).strftime("%Y-%m-%d")
    found = dice.some([str(place) for place in range(len(DIAGNOSES))], 3)
    chosen = [DIAGNOSES[int(place)] for place in found]
    return common(dice, patient, f"VISIT#{day}") | {
        "reason": text(dice.one(REASONS)),
        "diagnoses": {
            "L": [
                {"M": {"icd10": text(code), "text": text(meaning), "certainty": number(f"0.{dice.digits(3)}")}}
                for code, meaning, _, _ in chosen
            ]
        },
        "prescriptions": {"L": [prescription(dice, medicine, dose) for _, _, medicine, dose in chosen]},
        "vitals": {
            "M": {
                "pulse": number(52 + dice.below(60)),
                "pressure": {"M": {"systolic": number(98 + dice.below(70)), "diastolic": number(58 + dice.below(40))}},
                "temperature_c": number(f"3{6 + dice.below(3)}.{1 + dice.below(9)}"),
                "spo2": {"NULL": True} if dice.below(5) == 0 else number(f"0.{91 + dice.below(8)}"),
            }
        },
        "minutes": number(5 * (1 + dice.below(9))),
        "notes": text("\n".join(dice.some(REMARKS, 4))),
        "referred": {"BOOL": dice.below(4) == 0},
        "attachments": binary_set([dice.raw(32) for _ in range(1 + dice.below(2))]),
        "staff": {"SS": dice.some([f"staff-{place:03d}" for place in range(40)], 3)},
    }


def laboratory(dice: Dice, patient: int) -> dict[str, Attribute]:
    results: dict[str, Attribute] = {}
    for name, unit, low, high, divisor in ANALYTES:
        value = low + dice.below(high - low + 20)
        results[name] = {
            "M": {
                "value": number(scaled(value, divisor)),
                "unit": text(unit),
                "range": {"L": [number(scaled(low, divisor)), number(scaled(high, divisor))]},
                "flag": text("high") if value > high else {"NULL": True},
            }
        }
    day = (NOW - timedelta(days=5 + dice.below(300))).strftime("%Y-%m-%d")
    return common(dice, patient, f"LAB#{day}") | {
        "sample_id": text(f"LAB-{dice.raw(6).hex().upper()}"),
        "results": {"M": results},
        # A fraction that floats, and contexts of 28 digits, would round.
        "absorbance": number(f"0.{dice.digits(38)}"),
        "virus_copies": number(f"{dice.digits(3)}{'0' * (3 + dice.below(18))}"),
        "readings": {"NS": sorted({f"{1 + dice.below(9)}.{dice.digits(4)}" for _ in range(4)})},
        "trace": binary(dice.raw(32) + dice.raw(32)),
        "urgent": {"BOOL": dice.below(6) == 0},
        "comment": text(dice.one(REMARKS)),
        "tubes": {"SS": dice.some(("edta", "citrate", "serum", "heparin"), 3)},
    }


def items() -> list[dict[str, Attribute]]:
    """All items, a patient's together: one profile, two visits, one laboratory report."""
    made: list[dict[str, Attribute]] = []
    for patient in range(1, PATIENTS + 1):
        dice = Dice(f"patients/{patient}")
        made.append(profile(dice, patient))
        made += (visit(dice, patient, ordinal) for ordinal in range(2))
        made.append(laboratory(dice, patient))
    return made


def lines() -> bytes:
    """The file's bytes: UTF-8, one ``{"Item": ...}`` a line."""
    encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
    return "".join(encoder.encode({"Item": item}) + "\n" for item in items()).encode("utf-8")


def main() -> int:
    content = lines()
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.read_bytes() == content else 1
    TARGET.write_bytes(content)
    print(f"{TARGET.name}: {PATIENTS * 4} items, {len(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
