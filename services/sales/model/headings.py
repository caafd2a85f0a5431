"""What other systems call, in their exports, what opportunities hold."""

from collections.abc import Mapping

OPPORTUNITY_HEADINGS: Mapping[str, Mapping[str, str]] = {
    "Salesforce": {
        "Name": "name", "Opportunity Name": "name", "Account Name": "account_id:name",
        "Opportunity Owner": "owner_id:name", "Amount": "amount", "Amount Currency": "currency",
        "CurrencyIsoCode": "currency", "Close Date": "expected_close_on",
        "CloseDate": "expected_close_on", "Stage": "stage_id:name", "StageName": "stage_id:name",
        "Probability": "probability", "Probability (%)": "probability", "Next Step": "next_step",
        "NextStep": "next_step", "Description": "description",
    },
    "HubSpot": {
        "Deal Name": "name", "Amount": "amount", "Currency": "currency", "Deal Stage": "stage_id:name",
        "Close Date": "expected_close_on", "Deal owner": "owner_id:name",
        "Associated Company": "account_id:name", "Next step": "next_step",
        "Deal Description": "description", "Closed Lost Reason": "reason",
    },
    "Pipedrive": {
        "Deal - Title": "name", "Deal - Value": "amount", "Deal - Currency of Value": "currency",
        "Deal - Stage": "stage_id:name", "Deal - Probability": "probability",
        "Deal - Organization": "account_id:name", "Deal - Contact person": "contact_id:name",
        "Deal - Owner": "owner_id:name", "Deal - Expected close date": "expected_close_on",
        "Deal - Deal closed on": "closed_on", "Deal - Lost reason": "reason",
    },
    "Zoho": {
        "Deal Name": "name", "Amount": "amount", "Currency": "currency", "Stage": "stage_id:name",
        "Closing Date": "expected_close_on", "Probability (%)": "probability",
        "Account Name": "account_id:name", "Contact Name": "contact_id:name",
        "Deal Owner": "owner_id:name", "Next Step": "next_step", "Description": "description",
        "Reason For Loss": "reason",
    },
}  # fmt: skip
"""Headings by the system, with where each goes."""
