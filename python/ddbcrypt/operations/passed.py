# SPDX-License-Identifier: Apache-2.0
"""Operations that carry no items: they pass, with the members that are known.

A member that AWS adds is refused in a request, and taken out of a response, until someone decides here.
"""

from __future__ import annotations

from typing import Final

from botocore import xform_name

from ddbcrypt.operations.kinds import Handling, Operation, Treatment

#: Members that name the table whose operation it is.
_TABLES: Final = frozenset(("SourceTableArn", "SourceTableName", "TableArn", "TableName", "TargetTableName"))
#: Members that define keys and indexes, or name an attribute that DynamoDB is to read.
_DEFINITIONS: Final = frozenset(
    (
        "AttributeDefinitions",
        "GlobalSecondaryIndexOverride",
        "GlobalSecondaryIndexUpdates",
        "GlobalSecondaryIndexes",
        "KeySchema",
        "LocalSecondaryIndexOverride",
        "LocalSecondaryIndexes",
        "TimeToLiveSpecification",
        "VectorIndexOverride",
        "VectorIndexUpdates",
        "VectorIndexes",
    )
)


def _passes(name: str, request: str, response: str) -> Operation:
    return Operation(
        name=name,
        method=str(xform_name(name)),
        treatment=Treatment.PASS,
        request={member: _handling(member) for member in request.split()},
        response=dict.fromkeys(response.split(), Handling.PASS),
    )


def _handling(member: str) -> Handling:
    if member in _TABLES:
        return Handling.TABLE
    return Handling.DEFINITIONS if member in _DEFINITIONS else Handling.PASS


#: Name, members of the request, members of the response.
PASSED: Final = (
    _passes("CancelBulkOperation", "BulkOperationArn", "BulkOperationArn BulkOperationStatus"),
    _passes("CreateBackup", "TableName BackupName", "BackupDetails"),
    _passes("CreateGlobalTable", "GlobalTableName ReplicationGroup", "GlobalTableDescription"),
    _passes(
        "CreateTable",
        (
            "AttributeDefinitions TableName KeySchema LocalSecondaryIndexes GlobalSecondaryIndexes "
            "BillingMode ProvisionedThroughput StreamSpecification SSESpecification Tags TableClass "
            "DeletionProtectionEnabled WarmThroughput ResourcePolicy OnDemandThroughput "
            "GlobalTableSourceArn GlobalTableSettingsReplicationMode VectorIndexes"
        ),
        "TableDescription",
    ),
    _passes("DeleteBackup", "BackupArn", "BackupDescription"),
    _passes("DeleteResourcePolicy", "ResourceArn ExpectedRevisionId", "RevisionId"),
    _passes("DeleteTable", "TableName", "TableDescription"),
    _passes("DescribeBackup", "BackupArn", "BackupDescription"),
    _passes("DescribeBulkOperation", "BulkOperationArn", "BulkOperationDescription"),
    _passes("DescribeContinuousBackups", "TableName", "ContinuousBackupsDescription"),
    _passes(
        "DescribeContributorInsights",
        "TableName IndexName",
        (
            "TableName IndexName ContributorInsightsRuleList ContributorInsightsStatus LastUpdateDateTime "
            "FailureException ContributorInsightsMode"
        ),
    ),
    _passes("DescribeEndpoints", "", "Endpoints"),
    _passes("DescribeExport", "ExportArn", "ExportDescription"),
    _passes("DescribeGlobalTable", "GlobalTableName", "GlobalTableDescription"),
    _passes("DescribeGlobalTableSettings", "GlobalTableName", "GlobalTableName ReplicaSettings"),
    _passes("DescribeImport", "ImportArn", "ImportTableDescription"),
    _passes("DescribeKinesisStreamingDestination", "TableName", "TableName KinesisDataStreamDestinations"),
    _passes(
        "DescribeLimits",
        "",
        (
            "AccountMaxReadCapacityUnits AccountMaxWriteCapacityUnits TableMaxReadCapacityUnits "
            "TableMaxWriteCapacityUnits"
        ),
    ),
    _passes("DescribeTable", "TableName", "Table"),
    _passes("DescribeTableReplicaAutoScaling", "TableName", "TableAutoScalingDescription"),
    _passes("DescribeTimeToLive", "TableName", "TimeToLiveDescription"),
    _passes(
        "DisableKinesisStreamingDestination",
        "TableName StreamArn EnableKinesisStreamingConfiguration",
        "TableName StreamArn DestinationStatus EnableKinesisStreamingConfiguration",
    ),
    _passes(
        "EnableKinesisStreamingDestination",
        "TableName StreamArn EnableKinesisStreamingConfiguration",
        "TableName StreamArn DestinationStatus EnableKinesisStreamingConfiguration",
    ),
    _passes("GetResourcePolicy", "ResourceArn", "Policy RevisionId"),
    _passes(
        "ListBackups",
        "TableName Limit TimeRangeLowerBound TimeRangeUpperBound ExclusiveStartBackupArn BackupType",
        "BackupSummaries LastEvaluatedBackupArn",
    ),
    _passes("ListBulkOperations", "MaxResults NextToken", "BulkOperationsSummaryList NextToken"),
    _passes("ListContributorInsights", "TableName NextToken MaxResults", "ContributorInsightsSummaries NextToken"),
    _passes("ListExports", "TableArn MaxResults NextToken", "ExportSummaries NextToken"),
    _passes(
        "ListGlobalTables",
        "ExclusiveStartGlobalTableName Limit RegionName",
        "GlobalTables LastEvaluatedGlobalTableName",
    ),
    _passes("ListImports", "TableArn PageSize NextToken", "ImportSummaryList NextToken"),
    _passes("ListTables", "ExclusiveStartTableName Limit", "TableNames LastEvaluatedTableName"),
    _passes("ListTagsOfResource", "ResourceArn NextToken", "Tags NextToken"),
    _passes(
        "PutResourcePolicy",
        "ResourceArn Policy ExpectedRevisionId ConfirmRemoveSelfResourceAccess",
        "RevisionId",
    ),
    _passes(
        "RestoreTableFromBackup",
        (
            "TargetTableName BackupArn BillingModeOverride GlobalSecondaryIndexOverride "
            "LocalSecondaryIndexOverride ProvisionedThroughputOverride OnDemandThroughputOverride "
            "SSESpecificationOverride VectorIndexOverride"
        ),
        "TableDescription",
    ),
    _passes(
        "RestoreTableToPointInTime",
        (
            "SourceTableArn SourceTableName TargetTableName UseLatestRestorableTime RestoreDateTime "
            "BillingModeOverride GlobalSecondaryIndexOverride LocalSecondaryIndexOverride "
            "ProvisionedThroughputOverride OnDemandThroughputOverride SSESpecificationOverride "
            "VectorIndexOverride"
        ),
        "TableDescription",
    ),
    _passes("TagResource", "ResourceArn Tags", ""),
    _passes("UntagResource", "ResourceArn TagKeys", ""),
    _passes("UpdateContinuousBackups", "TableName PointInTimeRecoverySpecification", "ContinuousBackupsDescription"),
    _passes(
        "UpdateContributorInsights",
        "TableName IndexName ContributorInsightsAction ContributorInsightsMode",
        "TableName IndexName ContributorInsightsStatus ContributorInsightsMode",
    ),
    _passes("UpdateGlobalTable", "GlobalTableName ReplicaUpdates", "GlobalTableDescription"),
    _passes(
        "UpdateGlobalTableSettings",
        (
            "GlobalTableName GlobalTableBillingMode GlobalTableProvisionedWriteCapacityUnits "
            "GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate "
            "GlobalTableGlobalSecondaryIndexSettingsUpdate ReplicaSettingsUpdate"
        ),
        "GlobalTableName ReplicaSettings",
    ),
    _passes(
        "UpdateKinesisStreamingDestination",
        "TableName StreamArn UpdateKinesisStreamingConfiguration",
        "TableName StreamArn DestinationStatus UpdateKinesisStreamingConfiguration",
    ),
    _passes(
        "UpdateTable",
        (
            "AttributeDefinitions TableName BillingMode ProvisionedThroughput GlobalSecondaryIndexUpdates "
            "StreamSpecification SSESpecification ReplicaUpdates TableClass DeletionProtectionEnabled "
            "MultiRegionConsistency GlobalTableWitnessUpdates OnDemandThroughput WarmThroughput "
            "GlobalTableSettingsReplicationMode DisassociationProtectionEnabled VectorIndexUpdates"
        ),
        "TableDescription",
    ),
    _passes(
        "UpdateTableReplicaAutoScaling",
        "GlobalSecondaryIndexUpdates TableName ProvisionedWriteCapacityAutoScalingUpdate ReplicaUpdates",
        "TableAutoScalingDescription",
    ),
    _passes("UpdateTimeToLive", "TableName TimeToLiveSpecification", "TimeToLiveSpecification"),
)
