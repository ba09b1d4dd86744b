"""The table: for each Salesforce object, every field a sync fills, where in Zuora it comes from and in which form.

A line is `field  source  form`. A source is a field of the row, or of a row it leads to (`BillTo.City`); what is
worked out has the name of a function of `worked.py` behind a colon (`:mrr`). Forms: `text`, `name` (80 characters),
`n0`..`n9` (a number with so many decimals), `day`, `moment`, `yes` (a checkbox), `id18` (a Salesforce id), `of X` (a
lookup to the record of object X made from that Zuora id), `say X` (a choice in the words of the table X below).
"""

from __future__ import annotations

ACCOUNT_SIDE = {
    ("Zuora__CustomerAccount__c", "Account"): """
        Name                                  Name                                name
        Zuora__External_Id__c                 Id                                  text
        Zuora__Zuora_Id__c                    Id                                  text
        Zuora__AccountNumber__c               AccountNumber                       text
        Zuora__Account__c                     CrmId                               id18
        Zuora__AdditionalEmailAddresses__c    AdditionalEmailAddresses            text
        Zuora__AllowInvoiceEdit__c            AllowInvoiceEdit                    text
        Zuora__AutoPay__c                     AutoPay                             yes
        Zuora__Balance__c                     Balance                             n2
        Zuora__Batch__c                       Batch                               text
        Zuora__BcdSettingOption__c            BcdSettingOption                    text
        Zuora__BillCycleDay__c                BillCycleDay                        text
        Zuora__BillToAddress1__c              BillTo.Address1                     text
        Zuora__BillToAddress2__c              BillTo.Address2                     text
        Zuora__BillToCity__c                  BillTo.City                         text
        Zuora__BillToCountry__c               BillTo.Country                      text
        Zuora__BillToFax__c                   BillTo.Fax                          text
        Zuora__BillToId__c                    BillToId                            text
        Zuora__BillToName__c                  :bill_to_name                       text
        Zuora__BillToPostalCode__c            BillTo.PostalCode                   text
        Zuora__BillToState__c                 BillTo.State                        text
        Zuora__BillToWorkEmail__c             BillTo.WorkEmail                    text
        Zuora__BillToWorkPhone__c             BillTo.WorkPhone                    text
        Zuora__CommunicationProfileId__c      CommunicationProfileId              text
        Zuora__Communication_Profile_Id__c    CommunicationProfileId              text
        Zuora__Credit_Balance__c              CreditBalance                       n2
        Zuora__Currency__c                    Currency                            text
        Zuora__CustomerServiceRepName__c      CustomerServiceRepName              text
        Zuora__DefaultPaymentMethod__c        DefaultPaymentMethod.Type           text
        Zuora__Default_Payment_Method__c      DefaultPaymentMethodId              of PaymentMethod
        Zuora__EntityID__c                    :entity                             text
        Zuora__InvoiceDeliveryPrefsEmail__c   InvoiceDeliveryPrefsEmail           text
        Zuora__InvoiceDeliveryPrefsPrint__c   InvoiceDeliveryPrefsPrint           text
        Zuora__InvoiceTemplateId__c           InvoiceTemplateId                   text
        Zuora__LastInvoiceDate__c             LastInvoiceDate                     day
        Zuora__MRR__c                         :account_mrr                        n2
        Zuora__Notes__c                       Notes                               text
        Zuora__Parent__c                      ParentId                            of Account
        Zuora__PaymentGateway__c              :gateway_key                        text
        Zuora__PaymentTerm__c                 PaymentTerm                         text
        Zuora__Payment_Term__c                :term_key                           text
        Zuora__PurchaseOrderNumber__c         PurchaseOrderNumber                 text
        Zuora__SalesRepName__c                SalesRepName                        text
        Zuora__SoldToAddress1__c              SoldTo.Address1                     text
        Zuora__SoldToAddress2__c              SoldTo.Address2                     text
        Zuora__SoldToCity__c                  SoldTo.City                         text
        Zuora__SoldToCountry__c               SoldTo.Country                      text
        Zuora__SoldToFax__c                   SoldTo.Fax                          text
        Zuora__SoldToId__c                    SoldToId                            text
        Zuora__SoldToName__c                  :sold_to_name                       text
        Zuora__SoldToPostalCode__c            SoldTo.PostalCode                   text
        Zuora__SoldToState__c                 SoldTo.State                        text
        Zuora__SoldToWorkEmail__c             SoldTo.WorkEmail                    text
        Zuora__SoldToWorkPhone__c             SoldTo.WorkPhone                    text
        Zuora__Status__c                      Status                              text
        Zuora__TaxCompanyCode__c              TaxCompanyCode                      text
        Zuora__TaxExemptCertificateID__c      TaxExemptCertificateID              text
        Zuora__TaxExemptCertificateType__c    TaxExemptCertificateType            text
        Zuora__TaxExemptDescription__c        TaxExemptDescription                text
        Zuora__TaxExemptEffectiveDate__c      TaxExemptEffectiveDate              day
        Zuora__TaxExemptExpirationDate__c     TaxExemptExpirationDate             day
        Zuora__TaxExemptIssuingJurisdiction__c TaxExemptIssuingJurisdiction       text
        Zuora__TaxExemptStatus__c             TaxExemptStatus                     text
        Zuora__TotalInvoiceBalance__c         TotalInvoiceBalance                 n2
        Zuora__VAT_Id__c                      VATId                               text
        Region__c                             Region__c                           text
    """,
    ("Zuora__PaymentMethod__c", "PaymentMethod"): """
        Name                                  :method_name                        name
        Zuora__External_Id__c                 Id                                  text
        Zuora__BillingAccount__c              AccountId                           of Account
        Zuora__AchAbaCode__c                  AchAbaCode                          text
        Zuora__AchAccountName__c              AchAccountName                      text
        Zuora__AchAccountNumberMask__c        AchAccountNumberMask                text
        Zuora__AchAccountType__c              AchAccountType                      text
        Zuora__AchBankName__c                 AchBankName                         text
        Zuora__Active__c                      Active                              yes
        Zuora__BankBranchCode__c              BankBranchCode                      text
        Zuora__BankCheckDigit__c              BankCheckDigit                      text
        Zuora__BankCity__c                    BankCity                            text
        Zuora__BankCode__c                    BankCode                            text
        Zuora__BankIdentificationNumber__c    BankIdentificationNumber            text
        Zuora__BankName__c                    BankName                            text
        Zuora__BankPostalCode__c              BankPostalCode                      text
        Zuora__BankStreetName__c              BankStreetName                      text
        Zuora__BankStreetNumber__c            BankStreetNumber                    text
        Zuora__BankTransferAccountName__c     BankTransferAccountName             text
        Zuora__BankTransferAccountNumber__c   BankTransferAccountNumberMask       text
        Zuora__BankTransferAccountType__c     BankTransferAccountType             text
        Zuora__BankTransferType__c            BankTransferType                    text
        Zuora__BusinessIdentificationCode__c  BusinessIdentificationCode          text
        Zuora__City__c                        City                                text
        Zuora__Country__c                     Country                             text
        Zuora__CreatedById__c                 CreatedById                         text
        Zuora__CreatedDate__c                 CreatedDate                         moment
        Zuora__CreditCardAddress1__c          CreditCardAddress1                  text
        Zuora__CreditCardAddress2__c          CreditCardAddress2                  text
        Zuora__CreditCardCity__c              CreditCardCity                      text
        Zuora__CreditCardCountry__c           CreditCardCountry                   text
        Zuora__CreditCardExpirationMonth__c   CreditCardExpirationMonth           text
        Zuora__CreditCardExpirationYear__c    CreditCardExpirationYear            text
        Zuora__CreditCardHolderName__c        CreditCardHolderName                text
        Zuora__CreditCardMaskNumber__c        CreditCardMaskNumber                text
        Zuora__CreditCardPostalCode__c        CreditCardPostalCode                text
        Zuora__CreditCardState__c             CreditCardState                     text
        Zuora__CreditCardType__c              CreditCardType                      text
        Zuora__DefaultPaymentMethod__c        :is_default_method                  yes
        Zuora__DeviceSessionId__c             DeviceSessionId                     text
        Zuora__Email__c                       Email                               text
        Zuora__ExistingMandate__c             ExistingMandate                     text
        Zuora__FirstName__c                   FirstName                           text
        Zuora__IBAN__c                        IBAN                                text
        Zuora__IPAddress__c                   IPAddress                           text
        Zuora__LastFailedSaleTransactionDate__c LastFailedSaleTransactionDate     moment
        Zuora__LastName__c                    LastName                            text
        Zuora__LastTransactionDateTime__c     LastTransactionDateTime             moment
        Zuora__LastTransactionStatus__c       LastTransactionStatus               text
        Zuora__MandateCreationDate__c         MandateCreationDate                 moment
        Zuora__MandateCreation_Date__c        MandateCreationDate                 day
        Zuora__MandateID__c                   MandateID                           text
        Zuora__MandateReceived__c             MandateReceived                     text
        Zuora__MandateUpdateDate__c           MandateUpdateDate                   moment
        Zuora__MandateUpdate_Date__c          MandateUpdateDate                   day
        Zuora__MaxConsecutivePaymentFailures__c MaxConsecutivePaymentFailures     n0
        Zuora__Name__c                        Name                                text
        Zuora__NumConsecutiveFailures__c      NumConsecutiveFailures              n0
        Zuora__PaymentMethodStatus__c         PaymentMethodStatus                 text
        Zuora__PaymentRetryWindow__c          PaymentRetryWindow                  n0
        Zuora__PaypalBaid__c                  PaypalBaid                          text
        Zuora__PaypalEmail__c                 PaypalEmail                         text
        Zuora__PaypalPreapprovalKey__c        PaypalPreapprovalKey                text
        Zuora__PaypalType__c                  PaypalType                          text
        Zuora__Phone__c                       Phone                               text
        Zuora__PostalCode__c                  PostalCode                          text
        Zuora__Second_Token_ID__c             SecondTokenId                       text
        Zuora__State__c                       State                               text
        Zuora__StreetName__c                  StreetName                          text
        Zuora__StreetNumber__c                StreetNumber                        text
        Zuora__Token_ID__c                    TokenId                             text
        Zuora__TotalNumberOfErrorPayments__c  TotalNumberOfErrorPayments          n0
        Zuora__TotalNumberOfProcessedPayments__c TotalNumberOfProcessedPayments   n0
        Zuora__Type__c                        Type                                text
        Zuora__UpdatedById__c                 UpdatedById                         text
        Zuora__UpdatedDate__c                 UpdatedDate                         moment
        Zuora__UseDefaultRetryRule__c         UseDefaultRetryRule                 yes
    """,
    ("Zuora__Subscription__c", "Subscription"): """
        Name                                  Name                                name
        Zuora__External_Id__c                 Id                                  text
        Zuora__Zuora_Id__c                    Id                                  text
        Zuora__SubscriptionNumber__c          Name                                text
        Zuora__Account__c                     Account.CrmId                       id18
        Zuora__AutoRenew__c                   AutoRenew                           yes
        Zuora__CancelledDate__c               CancelledDate                       day
        Zuora__ContractAcceptanceDate__c      ContractAcceptanceDate              day
        Zuora__ContractEffectiveDate__c       ContractEffectiveDate               day
        Zuora__CurrentTerm__c                 :current_term                       text
        Zuora__CurrentTermPeriodType__c       CurrentTermPeriodType               text
        Zuora__CustomerAccount__c             AccountId                           of Account
        Zuora__InitialTerm__c                 :initial_term                       text
        Zuora__InitialTermPeriodType__c       InitialTermPeriodType               text
        Zuora__InvoiceOwner__c                :invoice_owner                      of Account
        Zuora__MRR__c                         :subscription_mrr                   n2
        Zuora__NextChargeDate__c              :next_charge                        day
        Zuora__NextRenewalDate__c             TermEndDate                         day
        Zuora__Notes__c                       Notes                               text
        Zuora__OpportunityCloseDate__c        OpportunityCloseDate__QT            day
        Zuora__OpportunityName__c             OpportunityName__QT                 text
        Zuora__OriginalCreated_Date__c        OriginalCreatedDate                 moment
        Zuora__OriginalId__c                  OriginalId                          text
        Zuora__PreviousSubscriptionId__c      PreviousSubscriptionId              text
        Zuora__QuoteBusinessType__c           QuoteBusinessType__QT               text
        Zuora__QuoteNumber__c                 QuoteNumber__QT                     text
        Zuora__QuoteType__c                   QuoteType__QT                       text
        Zuora__RenewalTerm__c                 :renewal_term                       text
        Zuora__RenewalTermPeriodType__c       RenewalTermPeriodType               text
        Zuora__ServiceActivationDate__c       ServiceActivationDate               day
        Zuora__Status__c                      Status                              text
        Zuora__SubscriptionEndDate__c         SubscriptionEndDate                 day
        Zuora__SubscriptionStartDate__c       SubscriptionStartDate               day
        Zuora__TCV__c                         :subscription_tcv                   n2
        Zuora__TermEndDate__c                 TermEndDate                         day
        Zuora__TermSettingType__c             TermType                            text
        Zuora__TermStartDate__c               TermStartDate                       day
        Zuora__Version__c                     Version                             n0
        GoLiveDate__c                         GoLiveDate__c                       day
    """,
    ("Zuora__SubscriptionRatePlan__c", "RatePlan"): """
        Name                                  Name                                name
        Zuora__External_Id__c                 Id                                  text
        Zuora__Account__c                     Subscription.Account.CrmId          id18
        Zuora__AmendmentId__c                 AmendmentId                         text
        Zuora__AmendmentSubscriptionRatePlanId__c AmendmentSubscriptionRatePlanId text
        Zuora__AmendmentType__c               AmendmentType                       text
        Zuora__ProductRatePlanId__c           ProductRatePlanId                   text
        Zuora__SubscriptionRatePlanName__c    Name                                text
        Zuora__Subscription__c                SubscriptionId                      of Subscription
    """,
    ("Zuora__SubscriptionProductCharge__c", "RatePlanCharge"): """
        Name                                  Name                                name
        Zuora__External_Id__c                 Id                                  text
        Zuora__Zuora_Id__c                    Id                                  text
        Zuora__SubscriptionChargeNumber__c    :number_when_kept_by_number         text
        Zuora__Account__c                     RatePlan.Subscription.Account.CrmId id18
        Zuora__AccountingCode__c              AccountingCode                      text
        Zuora__ApplyDiscountTo__c             ApplyDiscountTo                     say discounts
        Zuora__BillCycleDay__c                BillCycleDay                        n0
        Zuora__BillCycleType__c               BillCycleType                       text
        Zuora__BillingPeriodAlignment__c      BillingPeriodAlignment              text
        Zuora__BillingPeriodStartDay__c       ProductRatePlanCharge.BillCycleDay  text
        Zuora__BillingPeriod__c               BillingPeriod                       text
        Zuora__BillingTiming__c               BillingTiming                       say timings
        Zuora__ChargeNumber__c                ChargeNumber                        text
        Zuora__ChargedThroughDate__c          ChargedThroughDate                  day
        Zuora__DMRC__c                        DMRC                                n2
        Zuora__DTCV__c                        DTCV                                n2
        Zuora__Description__c                 Description                         text
        Zuora__DiscountAmount__c              DiscountAmount                      n2
        Zuora__DiscountLevel__c               DiscountLevel                       text
        Zuora__DiscountPercentage__c          DiscountPercentage                  n2
        Zuora__EffectiveEndDate__c            EffectiveEndDate                    day
        Zuora__EffectiveStartDate__c          EffectiveStartDate                  day
        Zuora__EndDateCondition__c            EndDateCondition                    say ends
        Zuora__ExtendedAmount__c              :extended_amount                    n2
        Zuora__IncludedUnits__c               IncludedUnits                       n2
        Zuora__IsLastSegment__c               IsLastSegment                       text
        Zuora__ListPriceBase__c               ListPriceBase                       say bases
        Zuora__Model__c                       ChargeModel                         text
        Zuora__MonthlyRecurringRevenue__c     MRR                                 n2
        Zuora__NumberOfPeriods__c             NumberOfPeriods                     n0
        Zuora__OriginalId__c                  OriginalId                          text
        Zuora__OverageCalculationOption__c    OverageCalculationOption            text
        Zuora__OveragePrice__c                OveragePrice                        n5
        Zuora__OverageUnusedUnitsCreditOption__c OverageUnusedUnitsCreditOption   text
        Zuora__PriceChangeOption__c           PriceChangeOption                   text
        Zuora__PriceIncreasePercentage__c     PriceIncreasePercentage             n2
        Zuora__PriceTable__c                  :price_table                        text
        Zuora__Price__c                       Price                               n5
        Zuora__ProcessedThroughDate__c        ProcessedThroughDate                day
        Zuora__ProductDescription__c          RatePlan.ProductRatePlan.Product.Description      text
        Zuora__ProductEffectiveEndDate__c     RatePlan.ProductRatePlan.Product.EffectiveEndDate day
        Zuora__ProductName__c                 RatePlan.ProductRatePlan.Product.Name             text
        Zuora__ProductRatePlanChargeId__c     ProductRatePlanChargeId             text
        Zuora__ProductSKU__c                  RatePlan.ProductRatePlan.Product.SKU              text
        Zuora__Product__c                     RatePlan.ProductRatePlan.ProductId  of Product
        Zuora__Quantity__c                    Quantity                            n3
        Zuora__RatePlanDescription__c         RatePlan.ProductRatePlan.Description              text
        Zuora__RatePlanEffectiveEndDate__c    RatePlan.ProductRatePlan.EffectiveEndDate         day
        Zuora__RatePlanId__c                  RatePlanId                          text
        Zuora__RatePlanName__c                RatePlan.ProductRatePlan.Name       text
        Zuora__RevRecCode__c                  ProductRatePlanCharge.RevRecCode    text
        Zuora__RevRecTriggerCondition__c      ProductRatePlanCharge.RevRecTriggerCondition text
        Zuora__Segment__c                     Segment                             n0
        Zuora__SpecificBillingPeriod__c       SpecificBillingPeriod               n0
        Zuora__SpecificEndDate__c             SpecificEndDate                     day
        Zuora__SubscriptionRatePlanChargeName__c Name                             text
        Zuora__SubscriptionRatePlan__c        RatePlanId                          of RatePlan
        Zuora__Subscription__c                RatePlan.SubscriptionId             of Subscription
        Zuora__TotalContractValue__c          TCV                                 n2
        Zuora__TriggerDate__c                 TriggerDate                         day
        Zuora__TriggerEvent__c                TriggerEvent                        say triggers
        Zuora__Type__c                        ChargeType                          say types
        Zuora__UOM__c                         UOM                                 text
        Zuora__UnitOfMeasure__c               :unit_key                           text
        Zuora__UnusedUnitsCreditRates__c      UnusedUnitsCreditRates              n2
        Zuora__UpToPeriodsType__c             UpToPeriodsType                     text
        Zuora__Upto_How_Many_Periods__c       UpToPeriods                         n0
        Zuora__UsageRecordRatingOption__c     UsageRecordRatingOption             text
        Zuora__UseDiscountSpecificAccountingCode__c UseDiscountSpecificAccountingCode text
        Zuora__Version__c                     Version                             n0
        Zuora__WeeklyBillCycleDay__c          WeeklyBillCycleDay                  text
    """,
    ("Zuora__SubscriptionRatePlanChargeTier__c", "RatePlanChargeTier"): """
        Name                                  Tier                                name
        Zuora__External_Id__c                 Id                                  text
        Zuora__Account__c                     RatePlanCharge.RatePlan.Subscription.Account.CrmId id18
        Zuora__EndingUnit__c                  EndingUnit                          n2
        Zuora__IsOveragePrice__c              IsOveragePrice                      text
        Zuora__PriceFormat__c                 PriceFormat                         text
        Zuora__Price__c                       Price                               n2
        Zuora__StartingUnit__c                StartingUnit                        n2
        Zuora__SubscriptionProductCharge__c   RatePlanChargeId                    of RatePlanCharge
        Zuora__Tier__c                        Tier                                n0
    """,
    ("Zuora__ZInvoice__c", "Invoice"): """
        Name                                  InvoiceNumber                       name
        Zuora__External_Id__c                 Id                                  text
        Zuora__Account__c                     Account.CrmId                       id18
        Zuora__AdjustmentAmount__c            AdjustmentAmount                    n2
        Zuora__AmountWithoutTax__c            AmountWithoutTax                    n2
        Zuora__Balance2__c                    Balance                             n2
        Zuora__BillingAccount__c              AccountId                           of Account
        Zuora__CreatedDate__c                 CreatedDate                         moment
        Zuora__CreditBalanceAdjustmentAmount__c CreditBalanceAdjustmentAmount     n2
        Zuora__Description__c                 Comments                            text
        Zuora__DueDate__c                     DueDate                             day
        Zuora__GeneratedDate__c               CreatedDate                         day
        Zuora__Generated_Date__c              CreatedDate                         moment
        Zuora__InvoiceDate__c                 InvoiceDate                         day
        Zuora__PaymentAmount__c               PaymentAmount                       n2
        Zuora__PostedDate__c                  PostedDate                          day
        Zuora__Posted_Date__c                 PostedDate                          moment
        Zuora__RefundedAmount__c              RefundAmount                        n2
        Zuora__Status__c                      Status                              text
        Zuora__TargetDate__c                  TargetDate                          day
        Zuora__TaxAmount__c                   TaxAmount                           n2
        Zuora__TaxExemptAmount__c             TaxExemptAmount                     n2
        Zuora__TotalAmount__c                 Amount                              n2
        Zuora__UpdatedDate__c                 UpdatedDate                         moment
        Zuora__ZuoraId__c                     Id                                  text
        Zuora__Zuora_Id__c                    Id                                  text
    """,
    ("Zuora__InvoiceItem__c", "InvoiceItem"): """
        Name                                  ChargeName                          name
        Zuora__External_Id__c                 Id                                  text
        Zuora__AccountingCode__c              AccountingCode                      text
        Zuora__AppliedToInvoiceItem__c        AppliedToInvoiceItemId              of InvoiceItem
        Zuora__Charge_Amount2__c              ChargeAmount                        n2
        Zuora__Charge_Date__c                 ChargeDate                          moment
        Zuora__Charge_Name__c                 ChargeName                          text
        Zuora__CreatedDate__c                 CreatedDate                         moment
        Zuora__Invoice__c                     InvoiceId                           of Invoice
        Zuora__ProcessingType__c              ProcessingType                      say processing
        Zuora__ProductDescription__c          ProductDescription                  text
        Zuora__Product__c                     ProductId                           of Product
        Zuora__Quantity__c                    Quantity                            n3
        Zuora__RevRecCode__c                  RevRecCode                          text
        Zuora__RevRecStartDate__c             RevRecStartDate                     day
        Zuora__RevRecTriggerCondition__c      RevRecTriggerCondition              text
        Zuora__SKU__c                         SKU                                 text
        Zuora__ServiceEndDate__c              ServiceEndDate                      day
        Zuora__ServiceStartDate__c            ServiceStartDate                    day
        Zuora__SubscriptionRatePlanCharge__c  :charge_in_force                    of RatePlanCharge
        Zuora__Subscription__c                :version_in_force                   of Subscription
        Zuora__TaxAmount2__c                  TaxAmount                           n2
        Zuora__TaxCode__c                     TaxCode                             text
        Zuora__TaxExemptAmount2__c            TaxExemptAmount                     n2
        Zuora__TaxMode__c                     TaxMode                             say tax
        Zuora__UOM__c                         :unit_key_if_charged                text
        Zuora__UnitPrice2__c                  UnitPrice                           n2
        Zuora__UpdatedDate__c                 UpdatedDate                         moment
    """,
    ("Zuora__Payment__c", "Payment"): """
        Name                                  PaymentNumber                       name
        Zuora__EXT_ID__c                      Id                                  text
        Zuora__External_Id__c                 Id                                  text
        Zuora__Account__c                     Account.CrmId                       id18
        Zuora__AccountingCode__c              AccountingCode                      text
        Zuora__Amount__c                      Amount                              n2
        Zuora__AppliedAmount__c               :applied                            n2
        Zuora__AppliedCreditBalanceAmount__c  AppliedCreditBalanceAmount          n2
        Zuora__AuthTransactionId__c           AuthTransactionId                   text
        Zuora__BankIdentificationNumber__c    BankIdentificationNumber            text
        Zuora__BillingAccount__c              AccountId                           of Account
        Zuora__CancelledOn__c                 CancelledOn                         moment
        Zuora__Comment__c                     Comment                             text
        Zuora__CreatedById__c                 CreatedById                         text
        Zuora__CreatedDate__c                 CreatedDate                         moment
        Zuora__EffectiveDate__c               EffectiveDate                       moment
        Zuora__Effective_Date__c              EffectiveDate                       day
        Zuora__GatewayOrderId__c              GatewayOrderId                      text
        Zuora__GatewayResponseCode__c         GatewayResponseCode                 text
        Zuora__GatewayResponse__c             GatewayResponse                     text
        Zuora__GatewayStatus__c               GatewayState                        text
        Zuora__InvoiceNumber__c               :only_invoice_number                text
        Zuora__Invoice__c                     :only_invoice                       of Invoice
        Zuora__MarkedForSubmissionOn__c       MarkedForSubmissionOn               moment
        Zuora__PaymentMethodId__c             PaymentMethodId                     text
        Zuora__PaymentMethod__c               PaymentMethod.Type                  text
        Zuora__PaymentNumber__c               PaymentNumber                       text
        Zuora__ReferenceId__c                 ReferenceId                         text
        Zuora__RefundAmount__c                RefundAmount                        n2
        Zuora__SecondPaymentReferenceId__c    SecondPaymentReferenceId            text
        Zuora__SettledOn__c                   SettledOn                           moment
        Zuora__SoftDescriptorPhone__c         SoftDescriptorPhone                 text
        Zuora__SoftDescriptor__c              SoftDescriptor                      text
        Zuora__Status__c                      Status                              text
        Zuora__SubmittedOn__c                 SubmittedOn                         moment
        Zuora__TransferedToAccounting__c      TransferredToAccounting             text
        Zuora__Type__c                        Type                                text
        Zuora__UpdatedById__c                 UpdatedById                         text
        Zuora__UpdatedDate__c                 UpdatedDate                         moment
    """,
    ("Zuora__PaymentInvoice__c", "InvoicePayment"): """
        Zuora__EXT_ID__c                      Id                                  text
        Zuora__External_Id__c                 Id                                  text
        Zuora__ApplyAmount__c                 Amount                              n2
        Zuora__Invoice__c                     InvoiceId                           of Invoice
        Zuora__Payment__c                     PaymentId                           of Payment
        Zuora__RefundAmount__c                RefundAmount                        n2
    """,
    ("Zuora__Refund__c", "Refund"): """
        Name                                  RefundNumber                        name
        Zuora__External_Id__c                 Id                                  text
        Zuora__Account__c                     Account.CrmId                       id18
        Zuora__AccountingCode__c              AccountingCode                      text
        Zuora__Amount__c                      Amount                              n2
        Zuora__BillingAccount__c              AccountId                           of Account
        Zuora__Comment__c                     Comment                             text
        Zuora__CreatedById__c                 CreatedById                         text
        Zuora__CreatedDate__c                 CreatedDate                         moment
        Zuora__GatewayResponseCode__c         GatewayResponseCode                 text
        Zuora__GatewayResponse__c             GatewayResponse                     text
        Zuora__PaymentMethod__c               PaymentMethod.Type                  text
        Zuora__Payment__c                     :refunded_payment                   of Payment
        Zuora__ReasonCodeName__c              ReasonCode                          text
        Zuora__ReferenceId__c                 ReferenceID                         text
        Zuora__RefundDate__c                  RefundDate                          moment
        Zuora__Refund_Date__c                 RefundDate                          day
        Zuora__RefundMethodType__c            MethodType                          text
        Zuora__RefundTransactionTime__c       RefundTransactionTime               moment
        Zuora__SoftDescriptorPhone__c         SoftDescriptorPhone                 text
        Zuora__SoftDescriptor__c              SoftDescriptor                      text
        Zuora__SourceType__c                  SourceType                          text
        Zuora__Status__c                      Status                              text
        Zuora__TransferredToAccounting__c     TransferredToAccounting             text
        Zuora__Type__c                        Type                                text
        Zuora__UpdatedById__c                 UpdatedById                         text
        Zuora__UpdatedDate__c                 UpdatedDate                         moment
    """,
    ("Zuora__RefundInvoicePayment__c", "RefundInvoicePayment"): """
        Zuora__EXT_ID__c                      Id                                  text
        Zuora__InvoicePayment__c              InvoicePaymentId                    of InvoicePayment
        Zuora__RefundAmount__c                RefundAmount                        n2
        Zuora__Refund__c                      RefundId                            of Refund
    """,
    ("Zuora__Product__c", "Product"): """
        Name                                  Name                                name
        Zuora__External_Id__c                 Id                                  text
        Zuora__Category__c                    Category                            text
        Zuora__CreatedDate__c                 CreatedDate                         moment
        Zuora__Description__c                 Description                         text
        Zuora__EffectiveEndDate__c            EffectiveEndDate                    day
        Zuora__EffectiveStartDate__c          EffectiveStartDate                  day
        Zuora__EntityID__c                    :entity                             text
        Zuora__SKU__c                         SKU                                 text
        Zuora__UpdatedDate__c                 UpdatedDate                         moment
    """,
}
"""What a sync of accounts writes, by (Salesforce object, Zuora object)."""

CATALOG_SIDE = {
    ("Product2", "Product"): """
        Name                                  Name                                name
        zqu__ZuoraId__c                       Id                                  text
        Description                           Description                         text
        zqu__Allow_Feature_Changes__c         AllowFeatureChanges                 yes
        zqu__BillingEntity__c                 :entity                             text
        zqu__Category__c                      Category                            text
        zqu__EffectiveEndDate__c              EffectiveEndDate                    day
        zqu__EffectiveStartDate__c            EffectiveStartDate                  day
        zqu__SKU2__c                          SKU                                 text
        zqu__SKU__c                           SKU                                 text
        Family__c                             Family__c                           text
    """,
    ("zqu__ZProduct__c", "Product"): """
        Name                                  Name                                name
        zqu__ZuoraId__c                       Id                                  text
        zqu__Allow_Feature_Changes__c         AllowFeatureChanges                 yes
        zqu__Category__c                      Category                            text
        zqu__Description__c                   Description                         text
        zqu__EffectiveEndDate__c              EffectiveEndDate                    day
        zqu__EffectiveStartDate__c            EffectiveStartDate                  day
        zqu__Product__c                       Id                                  text
        zqu__SKU__c                           SKU                                 text
    """,
    ("zqu__ProductRatePlan__c", "ProductRatePlan"): """
        Name                                  Name                                name
        zqu__ZuoraId__c                       Id                                  text
        zqu__ActiveCurrencies__c              ActiveCurrencies                    text
        zqu__Description__c                   Description                         text
        zqu__EffectiveEndDate__c              EffectiveEndDate                    day
        zqu__EffectiveStartDate__c            EffectiveStartDate                  day
        zqu__ProductRatePlanFullName__c       Name                                text
        zqu__Product__c                       ProductId                           text
        zqu__ZProduct__c                      ProductId                           text
    """,
    ("zqu__ProductRatePlanCharge__c", "ProductRatePlanCharge"): """
        Name                                  Name                                name
        zqu__ZuoraId__c                       Id                                  text
        zqu__AccountingCode2__c               AccountingCode                      text
        zqu__Apply_Discount_To_One_Time_Charges__c  :off_one_time                 yes
        zqu__Apply_Discount_To_Recurring_Charges__c :off_recurring                yes
        zqu__Apply_Discount_To_Usage_Charges__c     :off_usage                    yes
        zqu__BillCycleDay__c                  BillCycleDay                        say days
        zqu__BillCycleType__c                 BillCycleType                       say cycles
        zqu__BillingPeriodAlignment__c        BillingPeriodAlignment              say alignments
        zqu__BillingTiming__c                 BillingTiming                       say timings
        zqu__DefaultQuantity__c               DefaultQuantity                     n0
        zqu__DeferredRevenueAccount__c        DeferredRevenueAccount              text
        zqu__Description__c                   Description                         text
        zqu__Discount_Apply_Type__c           :discount_number                    n0
        zqu__Discount_Level__c                DiscountLevel                       say levels
        zqu__EndDateCondition__c              EndDateCondition                    say ends
        zqu__IncludedUnits__c                 IncludedUnits                       n9
        zqu__ListPriceBase__c                 ListPriceBase                       say bases
        zqu__ListPrice__c                     :list_price                         n7
        zqu__MaxQuantity__c                   MaxQuantity                         n0
        zqu__MinQuantity__c                   MinQuantity                         n0
        zqu__Model__c                         ChargeModel                         say models
        zqu__NumberOfPeriod__c                NumberOfPeriod                      n0
        zqu__OverageCalculationOption__c      OverageCalculationOption            say overages
        zqu__OverageUnusedUnitsCreditOption__c OverageUnusedUnitsCreditOption     say credits
        zqu__PriceChangeOption__c             PriceChangeOption                   say price_changes
        zqu__PriceIncreasePercentage__c       PriceIncreasePercentage             n2
        zqu__ProductRatePlanChargeFullName__c Name                                text
        zqu__ProductRatePlan__c               ProductRatePlanId                   text
        zqu__RecognizedRevenueAccount__c      RecognizedRevenueAccount            text
        zqu__RecurringPeriod__c               BillingPeriod                       text
        zqu__RevRecCode2__c                   RevRecCode                          text
        zqu__RevRecCode__c                    RevRecCode                          text
        zqu__RevRecTriggerCondition__c        RevRecTriggerCondition              say recognized
        zqu__RevenueRecognitionRuleName__c    RevenueRecognitionRuleName          text
        zqu__SmoothingModel__c                SmoothingModel                      text
        zqu__SpecificBillingPeriod__c         SpecificBillingPeriod               n0
        zqu__TaxCode2__c                      TaxCode                             text
        zqu__TaxMode__c                       TaxMode                             say tax
        zqu__Taxable__c                       Taxable                             yes
        zqu__TriggerEvent__c                  TriggerEvent                        say triggers
        zqu__Type__c                          ChargeType                          say types
        zqu__UOM__c                           UOM                                 text
        zqu__UpToPeriodsType__c               UpToPeriodsType                     text
        zqu__Upto_How_Many_Periods__c         UpToPeriods                         n0
        zqu__UsageRecordRatingOption__c       UsageRecordRatingOption             say ratings
        zqu__UseDiscountSpecificAccountingCode__c UseDiscountSpecificAccountingCode yes
        zqu__UseTenantDefaultForPriceChange__c UseTenantDefaultForPriceChange     yes
        zqu__WeeklyBillCycleDay__c            WeeklyBillCycleDay                  text
        zqu__ZUnitOfMeasure__c                :unit_id                            text
        zqu__ZUom_Id__c                       :unit_id                            text
    """,
    ("zqu__ProductRatePlanChargeTier__c", "ProductRatePlanChargeTier"): """
        Name                                  Tier                                name
        zqu__ZuoraId__c                       Id                                  text
        zqu__Active__c                        Active                              yes
        zqu__Currency2__c                     Currency                            text
        zqu__DiscountAmount__c                DiscountAmount                      n2
        zqu__DiscountPercentage__c            DiscountPercentage                  n2
        zqu__EndingUnit__c                    EndingUnit                          n5
        zqu__IsOveragePrice__c                IsOveragePrice                      yes
        zqu__PriceFormat2__c                  PriceFormat                         say formats
        zqu__Price__c                         Price                               n7
        zqu__ProductRatePlanChargeId__c       ProductRatePlanChargeId             text
        zqu__ProductRatePlanCharge__c         ProductRatePlanChargeId             text
        zqu__StartingUnit__c                  StartingUnit                        n7
        zqu__Tier__c                          Tier                                n0
    """,
    ("zqu__ZUnitOfMeasure__c", "UnitOfMeasure"): """
        Name                                  UomName                             name
        zqu__ZuoraId__c                       Id                                  text
        zqu__Active__c                        Active                              yes
        zqu__BillingEntity__c                 :entity                             text
        zqu__UOMFullName__c                   UomName                             text
        zqu__Uom_precision__c                 DecimalPlaces                       n0
        zqu__Uom_rounding_mode__c             RoundingMode                        text
    """,
}
"""What a sync of products writes."""

NAMED = {
    "Zuora__PaymentTerm__c": "Zuora__External_Id__c Name Zuora__EntityID__c",
    "Zuora__PaymentGateway__c": "Zuora__External_Id__c Name Zuora__EntityID__c Zuora__PaymentGatewayFullName__c",
    "Zuora__UnitOfMeasure__c": "Zuora__External_Id__c Name Zuora__EntityID__c",
    "zqu__BillingEntity__c": "zqu__ZuoraId__c Name zqu__EntityID__c zqu__EntityName__c",
}
"""Objects of things that are known by name, with the fields a sync fills."""

WORDS = {
    "discounts": {"RECURRING": "Recurring", "ONETIME": "One Time", "ONETIMERECURRING": "One Time Recurring"},
    "timings": {"IN_ADVANCE": "In Advance", "IN_ARREARS": "In Arrears"},
    "ends": {"SubscriptionEnd": "Subscription End Date", "OneTime": "One Time", "FixedPeriod": "Fixed Period"},
    "bases": {},
    "triggers": {"ContractEffective": "Upon Contract Effective"},
    "types": {"OneTime": "One-Time"},
    "processing": {"0": "Charge", "1": "Discount"},
    "tax": {},
    "days": {"1": "1st of the month"},
    "cycles": {"DefaultFromCustomer": "Default From Customer Account"},
    "alignments": {"AlignToCharge": "Align To Charge"},
    "levels": {"rateplan": "RatePlan", "subscription": "Subscription", "account": "Account"},
    "models": {
        "Flat Fee Pricing": "Flat Fee",
        "Per Unit Pricing": "Per Unit",
        "Volume Pricing": "Volume",
        "Tiered Pricing": "Tiered",
        "Overage Pricing": "Overage",
        "Tiered with Overage Pricing": "Tiered with Overage",
    },
    "overages": {"EndOfSmoothingPeriod": "End Of Smoothing Period", "PerBillingPeriod": "Per Billing Period"},
    "credits": {"NoCredit": "No Credit"},
    "price_changes": {"NoChange": "No Change"},
    "recognized": {"ContractEffectiveDate": "Contract Effective Date"},
    "ratings": {"EndOfBillingPeriod": "End Of Billing Period"},
    "formats": {"FlatFee": "Flat Fee", "PerUnit": "Per Unit"},
}
"""How Salesforce says a choice that Zuora writes otherwise; any other it says as Zuora does."""
