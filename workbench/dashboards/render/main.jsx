// Shows the dashboard that definition.js holds, read only, as Splunk Web does.
import React from 'react';
import { createRoot } from 'react-dom/client';
import { DashboardContextProvider } from '@splunk/dashboard-context';
import DashboardCore from '@splunk/dashboard-core';
import EnterpriseViewOnlyPreset from '@splunk/dashboard-presets/EnterpriseViewOnlyPreset';
import { SplunkThemeProvider } from '@splunk/themes';
import './fonts.css';

const { definition, theme } = window.dashboard;
document.body.style.background = theme === 'dark' ? '#171d21' : '#f2f4f5';

createRoot(document.getElementById('dashboard')).render(
    <SplunkThemeProvider family="enterprise" colorScheme={theme} density="comfortable">
        <DashboardContextProvider
            preset={EnterpriseViewOnlyPreset}
            initialDefinition={definition}
            featureFlags={{}}
        >
            <DashboardCore width="100%" height="100vh" />
        </DashboardContextProvider>
    </SplunkThemeProvider>
);
