"""What other systems call, in their exports, what accounts, contacts and leads hold.

States and industries are left out: each system has its own, and a line that is rejected for them helps
nobody; whoever wants them maps them with the values that they become.
"""

from collections.abc import Mapping

Headings = Mapping[str, Mapping[str, str]]

_SALESFORCE_ACCOUNT = {
    "Name": "name", "Account Name": "name", "AccountNumber": "code", "Account Number": "code",
    "Parent Account": "parent_id:name", "Account Owner": "owner_id:name",
    "Phone": "phone", "Fax": "fax", "Website": "website", "Description": "description",
    "AnnualRevenue": "annual_revenue", "Annual Revenue": "annual_revenue",
    "NumberOfEmployees": "employees", "Employees": "employees", "Account Source": "source_note",
    **{
        f"{theirs}{gap}{part}": f"addresses[{ours}].{column}"
        for theirs, ours in (("Billing", "billing"), ("Shipping", "delivery"))
        for gap, parts in (
            ("", {"Street": "street", "City": "city", "State": "region", "PostalCode": "postal_code",
                  "Country": "country"}),
            (" ", {"Street": "street", "City": "city", "State/Province": "region",
                   "Zip/Postal Code": "postal_code", "Country": "country"}),
        )
        for part, column in parts.items()
    },
}  # fmt: skip
_SALESFORCE_CONTACT = {
    "FirstName": "first_name", "First Name": "first_name", "LastName": "last_name",
    "Last Name": "last_name", "Title": "job_title", "Department": "department", "Email": "email",
    "Phone": "phone", "MobilePhone": "mobile", "Mobile": "mobile", "Fax": "fax",
    "Account Name": "account_id:name", "Contact Owner": "owner_id:name", "Birthdate": "birth_date",
    "Description": "description",
    "MailingStreet": "addresses.street", "Mailing Street": "addresses.street",
    "MailingCity": "addresses.city", "Mailing City": "addresses.city",
    "MailingState": "addresses.region", "Mailing State/Province": "addresses.region",
    "MailingPostalCode": "addresses.postal_code", "Mailing Zip/Postal Code": "addresses.postal_code",
    "MailingCountry": "addresses.country", "Mailing Country": "addresses.country",
}  # fmt: skip
_SALESFORCE_LEAD = {
    "FirstName": "first_name", "First Name": "first_name", "LastName": "last_name",
    "Last Name": "last_name", "Company": "company", "Company / Account": "company",
    "Title": "job_title", "Email": "email", "Phone": "phone", "MobilePhone": "mobile",
    "Mobile": "mobile", "Website": "website", "Street": "street", "City": "city", "State": "region",
    "State/Province": "region", "PostalCode": "postal_code", "Zip/Postal Code": "postal_code",
    "Country": "country", "LeadSource": "source_note", "Lead Source": "source_note",
    "Lead Owner": "owner_id:name", "Description": "description",
}  # fmt: skip
_HUBSPOT_COMPANY = {
    "Company name": "name", "Company owner": "owner_id:name", "Phone Number": "phone",
    "Company Domain Name": "website", "Description": "description",
    "Annual Revenue": "annual_revenue", "Number of Employees": "employees",
    "Year Founded": "founded_year", "Street Address": "addresses.street", "City": "addresses.city",
    "State/Region": "addresses.region", "Postal Code": "addresses.postal_code",
    "Country/Region": "addresses.country",
}  # fmt: skip
_HUBSPOT_CONTACT = {
    "First Name": "first_name", "Last Name": "last_name", "Email": "email", "Job Title": "job_title",
    "Phone Number": "phone", "Mobile Phone Number": "mobile", "Fax Number": "fax",
    "Contact owner": "owner_id:name", "Associated Company": "account_id:name",
    "Street Address": "addresses.street", "City": "addresses.city", "State/Region": "addresses.region",
    "Postal Code": "addresses.postal_code", "Country/Region": "addresses.country",
}  # fmt: skip
_HUBSPOT_LEAD = {
    "First Name": "first_name", "Last Name": "last_name", "Email": "email", "Job Title": "job_title",
    "Phone Number": "phone", "Mobile Phone Number": "mobile", "Company Name": "company",
    "Contact owner": "owner_id:name", "Website URL": "website", "Street Address": "street",
    "City": "city", "State/Region": "region", "Postal Code": "postal_code",
    "Country/Region": "country", "Original Source": "source_note",
}  # fmt: skip
_PIPEDRIVE_ORGANIZATION = {
    "Organization - Name": "name", "Organization - Owner": "owner_id:name",
    "Organization - Website": "website", "Organization - Number of employees": "employees",
    "Organization - Annual revenue": "annual_revenue", "Organization - Address": "addresses.street",
    "Organization - City/town/village/locality of Address": "addresses.city",
    "Organization - State/county of Address": "addresses.region",
    "Organization - ZIP/Postal code of Address": "addresses.postal_code",
    "Organization - Country of Address": "addresses.country",
}  # fmt: skip
_PIPEDRIVE_PERSON = {
    "Person - Name": "first_name+last_name", "Person - First name": "first_name",
    "Person - Last name": "last_name", "Person - Organization": "account_id:name",
    "Person - Email - Work": "email", "Person - Phone - Work": "phone",
    "Person - Phone - Mobile": "mobile", "Person - Job title": "job_title",
    "Person - Birthday": "birth_date", "Person - Notes": "description", "Person - Owner": "owner_id:name",
}  # fmt: skip
_PIPEDRIVE_LEAD = {
    "Lead - Contact person": "first_name+last_name", "Lead - Organization": "company",
    "Lead - Owner": "owner_id:name", "Lead - Source": "source_note", "Lead - Value": "estimated_amount",
    "Lead - Currency of Value": "currency", "Lead - Title": "description",
}  # fmt: skip
_ZOHO_ACCOUNT = {
    "Account Name": "name", "Account Number": "code", "Account Owner": "owner_id:name",
    "Parent Account": "parent_id:name", "Phone": "phone", "Fax": "fax", "Website": "website",
    "Annual Revenue": "annual_revenue", "Employees": "employees", "Description": "description",
    **{
        f"{theirs} {part}": f"addresses[{ours}].{column}"
        for theirs, ours in (("Billing", "billing"), ("Shipping", "delivery"))
        for part, column in {
            "Street": "street", "City": "city", "State": "region", "Code": "postal_code",
            "Country": "country",
        }.items()
    },
}  # fmt: skip
_ZOHO_CONTACT = {
    "First Name": "first_name", "Last Name": "last_name", "Account Name": "account_id:name",
    "Contact Owner": "owner_id:name", "Email": "email", "Title": "job_title",
    "Department": "department", "Phone": "phone", "Mobile": "mobile", "Fax": "fax",
    "Date of Birth": "birth_date", "Description": "description", "Mailing Street": "addresses.street",
    "Mailing City": "addresses.city", "Mailing State": "addresses.region",
    "Mailing Zip": "addresses.postal_code", "Mailing Country": "addresses.country",
}  # fmt: skip
_ZOHO_LEAD = {
    "First Name": "first_name", "Last Name": "last_name", "Company": "company", "Title": "job_title",
    "Email": "email", "Phone": "phone", "Mobile": "mobile", "Website": "website",
    "Lead Owner": "owner_id:name", "Lead Source": "source_note", "Street": "street", "City": "city",
    "State": "region", "Zip Code": "postal_code", "Country": "country", "Description": "description",
}  # fmt: skip

ACCOUNT_HEADINGS: Headings = {
    "Salesforce": _SALESFORCE_ACCOUNT, "HubSpot": _HUBSPOT_COMPANY,
    "Pipedrive": _PIPEDRIVE_ORGANIZATION, "Zoho": _ZOHO_ACCOUNT,
}  # fmt: skip
CONTACT_HEADINGS: Headings = {
    "Salesforce": _SALESFORCE_CONTACT, "HubSpot": _HUBSPOT_CONTACT, "Pipedrive": _PIPEDRIVE_PERSON,
    "Zoho": _ZOHO_CONTACT,
}  # fmt: skip
LEAD_HEADINGS: Headings = {
    "Salesforce": _SALESFORCE_LEAD, "HubSpot": _HUBSPOT_LEAD, "Pipedrive": _PIPEDRIVE_LEAD,
    "Zoho": _ZOHO_LEAD,
}  # fmt: skip
