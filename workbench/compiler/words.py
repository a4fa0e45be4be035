"""The fixed words that contentctl 5.6.2 and Enterprise Security know: types, domains, products and so on."""

from __future__ import annotations

from collections.abc import Mapping


def _each(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(","))


DETECTION_TYPES = ("TTP", "Anomaly", "Hunting", "Correlation")
SECURITY_DOMAINS = ("endpoint", "network", "threat", "identity", "access", "audit")
RISK_OBJECT_TYPES = ("system", "user", "other")
PRODUCTS = _each("""
    Splunk Enterprise, Splunk Enterprise Security, Splunk Cloud, Splunk Security Analytics for AWS,
    Splunk Behavioral Analytics""")
THREAT_OBJECT_TYPES = _each("""
    certificate_common_name, certificate_organization, certificate_serial, certificate_unit, command, domain,
    email_address, email_subject, file_hash, file_name, file_path, http_user_agent, ip_address, process,
    process_name, parent_process, parent_process_name, process_hash, registry_path, registry_value_name,
    registry_value_text, service, signature, system, tls_hash, url""")
ASSET_TYPES = _each("""
    AWS Account, AWS EKS Kubernetes cluster, AWS Federated Account, AWS Instance, Account,
    Amazon EKS Kubernetes cluster, Amazon EKS Kubernetes cluster Pod, Amazon Elastic Container Registry,
    Azure Tenant, Azure AKS Kubernetes cluster, Azure Active Directory, CircleCI, Cloud Compute Instance,
    Cloud Instance, DNS Servers, Database Server, Domain Server, EC2 Snapshot, Endpoint, GCP, GCP Account,
    GCP GKE EKS Kubernetes cluster, GCP GKE Kubernetes cluster, GCP Kubernetes cluster, GCP Storage Bucket,
    GDrive, GSuite, GitHub, Google Cloud Platform tenant, Identity, Infrastructure, Instance, Kubernetes,
    Network, O365 Tenant, Okta Tenant, Proxy, S3 Bucket, Splunk Server, VPN Appliance, Web Server, Web Proxy,
    Web Application, Windows""")
STORY_CATEGORIES = _each("""
    Abuse, Adversary Tactics, Best Practices, Cloud Security, Compliance, Malware, Uncategorized,
    Vulnerability, Account Compromise, Data Destruction, Lateral Movement, Privilege Escalation, Ransomware,
    Unauthorized Software""")
STORY_USECASES = _each("""
    Fraud Detection, Compliance, Application Security, Security Monitoring, Advanced Threat Detection,
    Insider Threat, Other""")

# CIM data models, by the name that stands in a search.
DATA_MODELS = _each("""
    Endpoint, Network_Traffic, Authentication, Change, Change_Analysis, Email, Network_Resolution,
    Network_Sessions, UEBA, Updates, Vulnerabilities, Web, Risk, Splunk_Audit""")

_GOOGLE = ("Google Cloud Platform", "Google Workspace")
_ENDPOINTS = _each("""
    Carbon Black Response, CrowdStrike Falcon, Microsoft Sysmon, Microsoft Windows, Symantec Endpoint Protection""")
# What contentctl takes a search to be about, by the text that stands in it: macros, and a data model.
TECHNOLOGIES: Mapping[str, tuple[str, ...]] = {
    "`amazon_security_lake`": ("Amazon Security Lake",),
    "audit_searches": ("Splunk Internal Logs",),
    "`azure_monitor_aad`": ("Azure AD", "Entra ID"),
    "`cloudtrail`": ("Amazon Web Services - Cloudtrail",),
    "Endpoint": _ENDPOINTS,
    "`google_": _GOOGLE,
    "`gsuite": _GOOGLE,
    "`gws_": _GOOGLE,
    "`kube": ("Kubernetes",),
    "`ms_defender`": ("Microsoft Defender",),
    "`o365_": ("Microsoft Office 365",),
    "`okta": ("Okta",),
    "`pingid`": ("Ping ID",),
    "`powershell`": ("Microsoft Windows",),
    "`splunkd_": ("Splunk Internal Logs",),
    "`sysmon`": ("Microsoft Sysmon",),
    "`wineventlog_security`": ("Microsoft Windows",),
    "`zeek_": ("Zeek",),
}
