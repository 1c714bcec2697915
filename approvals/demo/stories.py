"""What the demo's agents ask for: plausible, mostly right, sometimes wrong in a way a person can see."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

FIRST = tuple(
    "Marta Ivo Sara Ben Eva Liv Noah Ines Oskar Pia Theo Ruth Nils Amal Kofi Yuki Anna Emil Leah Tomas".split()  # noqa: SIM905 - reads better
)
LAST = tuple(
    "Lindqvist Lenz Holm Aziz Moen Dahl Costa Novak Ferrari Mensah Sato Krüger Olsen Silva Petit Nagy".split()  # noqa: SIM905 - reads better
)
SUPPLIERS = ("Fjordline Freight", "Nordic Canvas", "Alpin Poles", "Brevik Print", "Kaldnes Power")
SERVICES = ("checkout-api", "search", "image-proxy", "stock-sync", "mailer")
CAMPAIGNS = ("Winter restock", "Tent care tips", "Members' weekend", "Last of the down jackets")
GROUPS = ("tents", "sleeping bags", "stoves", "backpacks")


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing an agent asks for. `flaw` says what is wrong with it, or is empty."""

    agent: str
    action: str
    arguments: dict[str, Any]
    summary: str
    reason: str
    confidence: float
    flaw: str = ""
    fix: dict[str, Any] | None = None

    def body(self, run: str) -> dict[str, Any]:
        """Return the body of the post."""
        return {
            "action": self.action,
            "arguments": self.arguments,
            "summary": self.summary,
            "reason": self.reason,
            "confidence": self.confidence,
            "environment": "production",
            "agent_version": "3.2.0",
            "run_id": run,
            "reject_options": [
                {"name": "wrong", "title": "This is wrong", "prompt": "What is wrong with it?"},
                {"name": "later", "title": "Not now", "prompt": "When would it be right?"},
            ],
        }


def propose(random: Random) -> Proposal:
    """Return the next thing somebody asks for."""
    tell = random.choices((refund, invoice, replicas, campaign, prices, volumes), weights=(50, 14, 14, 6, 10, 6))[0]
    return tell(random)


def refund(random: Random) -> Proposal:
    """A customer wants money back."""
    name = f"{random.choice(FIRST)} {random.choice(LAST)}"
    is_odd = random.random() < 0.12
    value = random.uniform(620, 1900) if is_odd else random.lognormvariate(3.9, 0.75)
    days = random.randint(31, 70) if is_odd else random.randint(1, 29)
    why = random.choices(
        ("wrong_size", "late_delivery", "changed_mind", "manufacturing_defect"), weights=(40, 25, 25, 10)
    )[0]
    why = "manufacturing_defect" if is_odd else why
    amount = f"{min(value, 2400):.2f}"
    flaw = "Past the return window, and nobody has looked at the photos." if is_odd and random.random() < 0.5 else ""
    arguments = {
        "amount": amount,
        "currency": "EUR",
        "customer": {"name": name, "id": f"cus_{random.randrange(36**4):06d}"},
        "order": str(random.randint(40000, 49999)),
        "days_since_delivery": days,
        "reason": why,
        "pay_to": f"card ending {random.randint(1000, 9999)}",
        "notify_customer": True,
    }
    fix = arguments | {"amount": f"{float(amount) / 2:.2f}"} if is_odd and not flaw and random.random() < 0.4 else None
    return Proposal(
        "refunds",
        "refund.create",
        arguments,
        f"Refund order {arguments['order']}",
        {
            "wrong_size": "The customer returned the item unused because the size was wrong. The return is in stock.",
            "late_delivery": "The parcel arrived after the promised day. Policy §3.1 offers the shipping back in full.",
            "changed_mind": "Returned within 30 days, unused, as policy §2.1 allows.",
            "manufacturing_defect": (
                "Tent poles snapped on first use, two photos sent. Past the return window;"
                " it relies on the manufacturing-defect exception, policy §4.2."
            ),
        }[why],
        round(random.uniform(0.72, 0.95) if is_odd else random.uniform(0.86, 0.99), 2),
        flaw,
        fix,
    )


def invoice(random: Random) -> Proposal:
    """A supplier wants to be paid."""
    supplier = random.choice(SUPPLIERS)
    is_odd = random.random() < 0.05
    amount = f"{random.lognormvariate(7.4, 0.6):.2f}"
    arguments = {
        "supplier": supplier,
        "invoice": f"F-{random.randint(10000, 99999)}",
        "amount": amount if float(amount) < 19000 else "18750.00",
        "currency": "EUR",
        "iban": f"NO{random.randint(10, 99)} {'9' if is_odd else '8'}601 1117 9{random.randint(10, 99)}",
        "purchase_order": f"PO-{random.randint(2000, 2999)}",
    }
    flaw = "The bank account is new and nobody at the supplier has confirmed it." if is_odd else ""
    reason = f"Invoice {arguments['invoice']} matches {arguments['purchase_order']} in amount and quantity."
    return Proposal(
        "invoices",
        "invoice.pay",
        arguments,
        f"Pay {supplier}",
        reason,
        round(random.uniform(0.8, 0.99), 2),
        flaw,
    )


def replicas(random: Random) -> Proposal:
    """Load went up or down."""
    now = random.randint(3, 8)
    to = max(2, now + random.choice((-2, -1, 1, 2, 3)))
    service = random.choice(SERVICES)
    arguments = {"service": service, "from": now, "to": to, "region": "eu-north-1"}
    return Proposal(
        "platform",
        "replicas.set",
        arguments,
        f"{service}: {now} to {to}",
        f"CPU of {service} was {'above 75' if to > now else 'under 20'} percent for 30 minutes.",
        round(random.uniform(0.85, 0.99), 2),
        "Black Friday is tomorrow: do not scale down." if to < now and random.random() < 0.2 else "",
    )


def campaign(random: Random) -> Proposal:
    """Marketing by mail."""
    name = random.choice(CAMPAIGNS)
    count = random.randint(1200, 5200)
    return Proposal(
        "outreach",
        "campaign.send",
        {"name": name, "recipients": count, "segment": random.choice(("members", "newsletter")), "subject": name},
        f"Send {name}",
        "Stock is in, the texts were checked against the catalogue and the segment was opened 41 percent last time.",
        round(random.uniform(0.7, 0.96), 2),
        "One claim is not in the catalogue." if random.random() < 0.08 else "",
    )


def prices(random: Random) -> Proposal:
    """Prices follow the season."""
    percent = -random.choice((5, 10, 15, 20))
    items = random.randint(4, 60)
    group = random.choice(GROUPS)
    return Proposal(
        "catalogue",
        "price.change",
        {"group": group, "items": items, "percent": percent},
        f"{items} {group} by {percent} percent",
        "These have not sold for 60 days; the margin stays above 20 percent.",
        round(random.uniform(0.8, 0.98), 2),
    )


def volumes(random: Random) -> Proposal:
    """Disks nobody uses."""
    count = random.randint(2, 6) if random.random() < 0.8 else random.randint(9, 14)
    bare = random.random() < 0.25
    disks = [
        {
            "id": f"vol-{random.randrange(16**6):06x}",
            "size_gib": random.choice((120, 200, 250, 400, 500)),
            "idle_days": random.randint(91, 160),
            "snapshot": None if bare and n == 0 else f"snap-{random.randrange(16**5):05x}",
        }
        for n in range(count)
    ]
    return Proposal(
        "platform",
        "volume.delete",
        {"region": "eu-north-1", "count": count, "volumes": disks},
        f"Delete {count} idle volumes",
        "Not attached to anything for 90 days or more. Snapshots exist. Follows the storage hygiene runbook.",
        round(random.uniform(0.85, 0.98), 2),
        "One volume has no snapshot." if bare else "",
    )
