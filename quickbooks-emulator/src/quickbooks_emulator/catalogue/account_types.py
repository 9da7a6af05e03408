"""The kinds of accounts: types, classifications and the detail types of each.

Source: Intuit, "Account" (AccountType, AccountSubType, Classification), US names.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSIFICATIONS = {
    "Bank": "Asset", "Accounts Receivable": "Asset", "Other Current Asset": "Asset",
    "Fixed Asset": "Asset", "Other Asset": "Asset", "Accounts Payable": "Liability",
    "Credit Card": "Liability", "Other Current Liability": "Liability",
    "Long Term Liability": "Liability", "Equity": "Equity", "Income": "Revenue",
    "Other Income": "Revenue", "Cost of Goods Sold": "Expense", "Expense": "Expense",
    "Other Expense": "Expense",
}  # fmt: skip

SUBTYPES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    name: tuple(words.split())
    for name, words in {
        "Bank": "CashOnHand Checking MoneyMarket RentsHeldInTrust Savings TrustAccounts "
        "CashAndCashEquivalents OtherEarMarkedBankAccounts",
        "Accounts Receivable": "AccountsReceivable",
        "Other Current Asset": "EmployeeCashAdvances AllowanceForBadDebts DevelopmentCosts "
        "Inventory Investment_MortgageRealEstateLoans Investment_Other "
        "Investment_TaxExemptSecurities Investment_USGovernmentObligations LoansToOfficers "
        "LoansToOthers LoansToStockholders OtherCurrentAssets PrepaidExpenses Retainage "
        "UndepositedFunds AssetsAvailableForSale BalWithGovtAuthorities "
        "CalledUpShareCapitalNotPaid ExpenditureAuthorisationsAndLettersOfCredit GlobalTaxDeferred "
        "GlobalTaxRefund InternalTransfers OtherConsumables ProvisionsCurrentAssets "
        "ShortTermInvestmentsInRelatedParties ShortTermLoansAndAdvancesToRelatedParties "
        "TradeAndOtherReceivables",
        "Fixed Asset": "FurnitureAndFixtures AccumulatedDepletion AccumulatedDepreciation "
        "DepletableAssets FixedAssetComputers FixedAssetCopiers FixedAssetFurniture "
        "FixedAssetPhone FixedAssetPhotoVideo FixedAssetSoftware FixedAssetOtherToolsEquipment "
        "Land LeaseholdImprovements OtherFixedAssets IntangibleAssets MachineryAndEquipment "
        "Vehicles Buildings AccumulatedAmortization",
        "Other Asset": "OtherLongTermAssets LeaseBuyout Licenses OrganizationalCosts "
        "SecurityDeposits AccumulatedAmortizationOfOtherAssets Goodwill",
        "Accounts Payable": "AccountsPayable",
        "Credit Card": "CreditCard",
        "Other Current Liability": "OtherCurrentLiabilities DirectDepositPayable "
        "FederalIncomeTaxPayable InsurancePayable LineOfCredit LoanPayable GlobalTaxPayable "
        "GlobalTaxSuspense PayrollClearing PayrollTaxPayable PrepaidExpensesPayable "
        "RentsInTrustLiability SalesTaxPayable StateLocalIncomeTaxPayable "
        "TrustAccountsLiabilities UndepositedFundsLiability AccruedLiabilities "
        "CurrentLiabilities DividendsPayable DutiesAndTaxes InterestPayables "
        "ProvisionForWarrantyObligations SocialSecurityAgencies",
        "Long Term Liability": "NotesPayable OtherLongTermLiabilities ShareholderNotesPayable "
        "AccruedLongLermLiabilities BankLoans LongTermBorrowings",
        "Equity": "OpeningBalanceEquity AccumulatedAdjustment CommonStock EstimatedTaxes "
        "Healthcare OwnersEquity PaidInCapitalOrSurplus PartnerContributions PartnerDistributions "
        "PartnersEquity PersonalExpense PersonalIncome PreferredStock RetainedEarnings "
        "TreasuryStock DividendDisbursed EquityInEarningsOfSubsiduaries ShareCapital",
        "Income": "ServiceFeeIncome SalesOfProductIncome DiscountsRefundsGiven NonProfitIncome "
        "OtherPrimaryIncome UnappliedCashPaymentIncome CashReceiptIncome OperatingGrants "
        "OtherCurrentOperatingIncome OwnWorkCapitalized RevenueGeneral SalesRetail SalesWholesale "
        "SavingsByTaxScheme",
        "Other Income": "DividendIncome InterestEarned OtherInvestmentIncome "
        "OtherMiscellaneousIncome TaxExemptInterest GainLossOnSaleOfFixedAssets "
        "GainLossOnSaleOfInvestments LossOnDisposalOfAssets OtherOperatingIncome "
        "UnrealisedLossOnSecuritiesNetOfTax",
        "Cost of Goods Sold": "SuppliesMaterialsCogs CostOfLaborCos EquipmentRentalCos "
        "OtherCostsOfServiceCos ShippingFreightDeliveryCos CostOfSales FreightAndDeliveryCost",
        "Expense": "AdvertisingPromotional Auto BadDebts BankCharges CharitableContributions "
        "CommissionsAndFees CostOfLabor DuesSubscriptions Entertainment EntertainmentMeals "
        "EquipmentRental FinanceCosts GlobalTaxExpense Insurance InterestPaid "
        "LegalProfessionalFees OfficeExpenses OfficeGeneralAdministrativeExpenses "
        "OtherBusinessExpenses "
        "OtherMiscellaneousServiceCost PayrollExpenses PayrollTaxExpenses PayrollWageExpenses "
        "PromotionalMeals RentOrLeaseOfBuildings RepairMaintenance ShippingFreightDelivery "
        "SuppliesMaterials TaxesPaid Travel TravelMeals UnappliedCashBillPaymentExpense Utilities "
        "AmortizationExpense AppropriationsToDepreciation BorrowingCost DistributionCosts "
        "ExternalServices ManagementCompensation OtherCurrentOperatingCharges OtherRentalCosts "
        "OtherSellingExpenses Purchases Sundry TravelExpensesGeneralAndAdminExpenses "
        "TravelExpensesSellingExpense",
        "Other Expense": "OtherMiscellaneousExpense Depreciation ExchangeGainOrLoss "
        "PenaltiesSettlements Amortization GasAndFuel HomeOffice HomeOwnerRentalInsurance "
        "MortgageInterest OtherHomeOfficeExpenses OtherVehicleExpenses ParkingAndTolls Vehicle "
        "VehicleInsurance VehicleLease VehicleLoan VehicleLoanInterest VehicleRegistration "
        "VehicleRepairs WashAndRoadServices IncomeTaxExpense PriorPeriodItems",
    }.items()
})  # fmt: skip
"""The first of each type is what an account gets that names none."""

TYPE_OF_SUBTYPE = MappingProxyType({
    subtype: name for name, subtypes in SUBTYPES.items() for subtype in subtypes
})  # fmt: skip

BALANCE_SHEET = frozenset(
    name for name, kind in CLASSIFICATIONS.items() if kind in {"Asset", "Liability", "Equity"}
)
DEPOSITABLE = frozenset({"Bank", "Other Current Asset"})
SELLING = frozenset({"Income", "Other Income"})
COSTS = frozenset({"Cost of Goods Sold", "Expense", "Other Expense"})
