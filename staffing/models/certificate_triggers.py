"""What the database itself refuses about certificates: defence behind the services."""

import pgtrigger

from core.triggers import AllOf

# for every stay of the certificate and every month of it: a locked sheet with a mark on each covered day
LOCKED_MONTHS = """
    IF TG_OP = 'UPDATE' AND OLD.status IN ('issued', 'revoked') THEN RETURN NEW; END IF;
    IF NOT EXISTS (SELECT 1 FROM staffing_certificatestay WHERE certificate_id = NEW.id) OR EXISTS (
        SELECT 1
        FROM staffing_certificatestay s
        JOIN staffing_posting p ON p.id = s.posting_id
        JOIN support_agreement a ON a.id = p.agreement_id
        CROSS JOIN generate_series(
            date_trunc('month', s.start_on::timestamp), s.end_on::timestamp, interval '1 month'
        ) AS m(first)
        WHERE s.certificate_id = NEW.id AND (
           p.arrived_on IS NULL OR s.start_on < p.arrived_on OR s.end_on > p.end_on
           OR p.clinician_id <> NEW.clinician_id OR p.status = 'cancelled'
           OR NOT EXISTS (
            SELECT 1
            FROM staffing_monthsheet h
            JOIN staffing_attendancerow r ON r.sheet_id = h.id AND r.posting_id = s.posting_id
            WHERE h.recipient_id = a.recipient_id AND h.month = m.first::date AND h.status = 'locked'
              AND substr(
                r.marks,
                (greatest(s.start_on, m.first::date) - m.first::date) * 2 + 1,
                (least(s.end_on, (m.first + interval '1 month')::date - 1)
                    - greatest(s.start_on, m.first::date) + 1) * 2
              ) ~ '^[PRLBCA]+$'
        )
        )
    ) THEN
        RAISE EXCEPTION 'certificate covers months that are not locked'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'certificate_months_locked';
    END IF;
    RETURN NEW;
"""


def certificate_triggers() -> list[pgtrigger.Trigger]:
    """No issued row without locked months; nothing of it changed but revocation and its file, once."""
    return [
        pgtrigger.Trigger(
            name="months_are_locked",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            condition=pgtrigger.Q(new__status__in=["issued", "revoked"]),
            func=LOCKED_MONTHS,
        ),
        pgtrigger.Protect(
            name="frozen_content",
            operation=pgtrigger.Update,
            condition=AllOf(
                pgtrigger.Q(old__status__in=["issued", "revoked"]),
                pgtrigger.AnyChange(
                    exclude=[
                        "job",
                        "file",
                        "file_sha256",
                        "rendered_at",
                        "pages",
                        "status",
                        "revoked_by",
                        "revoked_at",
                        "revoke_reason",
                    ]
                ),
            ),
        ),
        pgtrigger.Protect(
            name="issued_only_revoked",
            operation=pgtrigger.Update,
            condition=pgtrigger.Q(old__status="issued") & ~pgtrigger.Q(new__status__in=["issued", "revoked"]),
        ),
        pgtrigger.Protect(
            name="revoked_for_good",
            operation=pgtrigger.Update,
            condition=AllOf(
                pgtrigger.Q(old__status="revoked"),
                pgtrigger.AnyChange("status", "revoked_by", "revoked_at", "revoke_reason"),
            ),
        ),
        # the first file is on paper somewhere: another one must not take its place
        pgtrigger.Protect(
            name="file_hash_is_frozen",
            operation=pgtrigger.Update,
            condition=AllOf(
                ~pgtrigger.Q(old__file_sha256=""), pgtrigger.AnyChange("file_sha256", "file", "pages")
            ),
        ),
        pgtrigger.Protect(
            name="issued_stays",
            operation=pgtrigger.Delete,
            condition=pgtrigger.Q(old__status__in=["issued", "revoked"]),
        ),
    ]
